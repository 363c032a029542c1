package io.narthex.http;

import io.narthex.configuration.Settings;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** The {@link BaseUrl} of the request at hand. */
@RequestScoped
public class RequestUrl {
    @Inject
    Settings settings;

    @Inject
    HttpServletRequest request;

    /** Where clients reach this server: {@code NARTHEX_URL}, else as this request was sent. */
    public BaseUrl base() {
        return BaseUrl.of(settings.url(), request.getScheme(), request.getHeader("Host"));
    }

    /** Whether a page of this server, by any of its names, made a request with this {@code Origin}. */
    boolean isOwn(String origin) {
        return base().origin().equals(origin) || sentTo().origin().equals(origin);
    }

    private BaseUrl sentTo() {
        return BaseUrl.of(Optional.empty(), request.getScheme(), request.getHeader("Host"));
    }
}
