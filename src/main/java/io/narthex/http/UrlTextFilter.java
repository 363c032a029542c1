package io.narthex.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.Provider;

/**
 * Refuses URLs with a NUL in their path or query: nothing that is kept here has such a name. It runs behind the access
 * check, so that a request which a token does not allow is refused and recorded as any other.
 */
@Provider
@ApplicationScoped
public class UrlTextFilter implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
        UriInfo uri = request.getUriInfo();
        RequestText.check(uri.getPath(), "The URL");
        uri.getQueryParameters().forEach((name, values) -> {
            RequestText.check(name, "A parameter's name");
            values.forEach(value -> RequestText.check(value, "The parameter " + name));
        });
    }
}
