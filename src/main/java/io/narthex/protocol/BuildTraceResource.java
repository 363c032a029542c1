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

/** {@code build-trace-v2/{drv}/{output}.doi}: which path an output came to be, for Nix of 2.35 and later. */
@Path("build-trace-v2/{derivation}/{output}.doi")
public class BuildTraceResource extends OutputResource {
    @GET
    @Requires(Right.PULL)
    public Response get(@PathParam("derivation") String derivation, @PathParam("output") String output)
            throws IOException {
        return tell(OutputName.ByPath.parse(derivation, output));
    }

    /** Keeps which path an output came to be, or adds signatures. */
    @PUT
    @Requires(Right.PUSH)
    public Response put(
            @PathParam("derivation") String derivation,
            @PathParam("output") String output,
            @Context HttpServletRequest request)
            throws IOException {
        return take(() -> OutputName.ByPath.parse(derivation, output), request);
    }
}
