package io.narthex.http.problem;

import java.util.Arrays;

/**
 * Lists every kind of problem that a response can tell of. The slug is part of the API: it never changes its meaning.
 */
public enum ProblemType {
    BAD_REQUEST("bad-request", 400, "The request cannot be understood"),
    UNKNOWN_FIELD("unknown-field", 400, "The body has a field that is not known here"),
    UNAUTHENTICATED("unauthenticated", 401, "A valid token is needed"),
    FORBIDDEN("forbidden", 403, "The token does not allow this"),
    FOREIGN_ORIGIN("foreign-origin", 403, "The request comes from another site"),
    NOT_FOUND("not-found", 404, "There is nothing here"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "This method is not possible here"),
    NOT_ACCEPTABLE("not-acceptable", 406, "None of the accepted media types can be given"),
    CONFLICT("conflict", 409, "The request does not fit the present state"),
    JOB_RUNNING("job-running", 409, "The job is running already"),
    PRECONDITION_FAILED("precondition-failed", 412, "The resource has changed in the meantime"),
    TOO_LARGE("too-large", 413, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body's media type is not known here"),
    RANGE_NOT_SATISFIABLE("range-not-satisfiable", 416, "The range lies outside the content"),
    TOO_MANY_REQUESTS("too-many-requests", 429, "There were too many requests"),
    INTERNAL("internal", 500, "The server failed"),
    UNAVAILABLE("unavailable", 503, "The server cannot answer now");

    private final String slug;
    private final int status;
    private final String title;

    ProblemType(String slug, int status, String title) {
        this.slug = slug;
        this.status = status;
        this.title = title;
    }

    /** Names the problem in its {@code type} URI, which is a name and not an address. */
    public String uri() {
        return "urn:narthex:problem:" + slug;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** The general type of a status; one that is not in the catalogue becomes 400 or 500. */
    public static ProblemType ofStatus(int status) {
        return Arrays.stream(values())
                .filter(t -> t.status == status)
                .findFirst()
                .orElse(status < 500 ? BAD_REQUEST : INTERNAL);
    }
}
