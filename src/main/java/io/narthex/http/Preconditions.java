package io.narthex.http;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * What a client requires to be true before something is changed (RFC 9110, 13.1).
 *
 * @param ifMatch the header, null where there is none
 * @param ifNoneMatch likewise
 */
public record Preconditions(
        @Nullable String ifMatch, @Nullable String ifNoneMatch) {
    /** Of who requires nothing. */
    public static final Preconditions NONE = new Preconditions(null, null);

    /**
     * Goes on only where they hold.
     *
     * @param entityTag of what is there now, with its quotes; null where there is nothing
     * @throws ProblemException 412
     */
    public void check(@Nullable String entityTag) {
        if (ifMatch != null && (entityTag == null || !names(ifMatch, entityTag))) {
            throw failed(entityTag == null ? "There is nothing yet" : "It is now " + entityTag + ": read it again");
        }
        if (ifNoneMatch != null && entityTag != null && names(ifNoneMatch, entityTag)) {
            throw failed("It is there already");
        }
    }

    /** Strong comparison: a weak tag names nothing. */
    private static boolean names(String header, String entityTag) {
        for (String tag : header.split(",", -1)) {
            String one = tag.strip();
            if (one.equals("*") || one.equals(entityTag)) {
                return true;
            }
        }
        return false;
    }

    private static ProblemException failed(String detail) {
        return new ProblemException(ProblemType.PRECONDITION_FAILED, detail);
    }
}
