package io.narthex.http;

import io.narthex.configuration.Settings;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Optional;

/** Knows the {@link BaseUrl} of the present request. */
@RequestScoped
public class RequestUrl {
    @Inject
    Settings settings;

    @Inject
    HttpServletRequest request;

    /** Where clients reach this server: {@code NARTHEX_URL}, else as this request was sent. */
    public BaseUrl base() {
        return of(settings.url());
    }

    /** As this request was sent, whatever is configured. */
    public BaseUrl asSent() {
        return of(Optional.empty());
    }

    /** Whether a page of this server, by its printed name or by the one used now, made a request with this Origin. */
    public boolean isOwn(String origin) {
        return base().origin().equals(origin) || asSent().origin().equals(origin);
    }

    private BaseUrl of(Optional<URI> configured) {
        return BaseUrl.of(configured, request.getScheme(), request.getHeader("Host"), request.getContextPath());
    }
}
