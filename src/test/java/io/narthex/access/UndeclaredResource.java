package io.narthex.access;

import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Forgets to say who may call it. */
@Path("/undeclared")
@RequestScoped
public class UndeclaredResource {
    @GET
    public String get() {
        return "open by oversight";
    }
}
