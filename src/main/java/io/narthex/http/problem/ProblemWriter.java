package io.narthex.http.problem;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.UriInfo;

/** Writes a problem in the form that its reader understands: JSON for the API, a line of text for Nix. */
public final class ProblemWriter {
    /** Seconds; a database that restarts is back sooner, and a client that waits longer seems to hang. */
    public static final int RETRY_AFTER = 5;

    private static final MediaType PROBLEM_JSON = new MediaType("application", "problem+json");

    private ProblemWriter() {}

    /** The answer, {@code no-store}; the caller may add headers. */
    public static ResponseBuilder answer(Problem problem, UriInfo uri) {
        boolean api = isApi(uri);
        ResponseBuilder response = Response.status(problem.type().status())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .type(api ? PROBLEM_JSON : MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8"))
                .entity(api ? problem : problem.line());
        if (problem.type() == ProblemType.UNAVAILABLE) {
            response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER);
        }
        return response;
    }

    /** Whether a person's tool or program asks, rather than a Nix client. */
    public static boolean isApi(UriInfo uri) {
        String path = uri.getPath();
        String relative = path.startsWith("/") ? path.substring(1) : path;
        return relative.equals("api") || relative.startsWith("api/");
    }
}
