package io.narthex.protocol;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** {@code realisations/{id}.doi}: which path an output came to be, for Nix of 2.4 to 2.34. */
@Path("realisations/{id}.doi")
public class RealisationResource extends OutputResource {
    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("id") String id) throws IOException {
        return tell(OutputName.ByHash.parse(id));
    }

    /** Keeps which path an output came to be, or adds signatures. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(@PathParam("id") String id, @Context HttpServletRequest request) throws IOException {
        return take(() -> OutputName.ByHash.parse(id), request);
    }
}
