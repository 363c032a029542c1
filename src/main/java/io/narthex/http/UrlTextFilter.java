package io.narthex.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.Provider;

/**
 * Refuses URLs with a NUL in their path or query: nothing that is kept here has such a name. Asked behind access, so that
 * what a token may not do is refused, and recorded, as without.
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
