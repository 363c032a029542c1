package io.narthex.key;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The key policy that somebody wants for a cache: an omitted field stays; null is never to rotate, else it resets. */
record KeyPolicyRequest(
        JsonField<Integer> rotateEveryDays, JsonField<Integer> publishAheadDays, JsonField<Integer> overlapDays) {
    /** Keys that may sign beside one another; a daily rotation with the usual overlap needs 41. */
    private static final int MOST_AT_ONCE = 50;

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static KeyPolicyRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.readPut(
                body, List.of("rotateEveryDays", "publishAheadDays", "overlapDays"), KeyPolicyResponse.class);
        return new KeyPolicyRequest(
                json.integer("rotateEveryDays", 1, KeyPolicy.MOST_ROTATION),
                json.integer("publishAheadDays", 0, KeyPolicy.MOST),
                json.integer("overlapDays", KeyPolicy.LEAST_OVERLAP, KeyPolicy.MOST));
    }

    /**
     * The policy that comes of it.
     *
     * @throws ProblemException if a key would have to be shown for longer than the one before it lives, or too many would sign at once
     */
    KeyPolicy over(KeyPolicy kept) {
        @Nullable Integer every = rotateEveryDays.named() ? rotateEveryDays.value() : kept.rotateEveryDays();
        int ahead = publishAheadDays.or(kept.publishAheadDays(), KeyPolicy.INITIAL.publishAheadDays());
        if (every != null && ahead >= every) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "publishAheadDays (" + ahead + ") must be less than rotateEveryDays (" + every + ")");
        }
        int overlap = overlapDays.or(kept.overlapDays(), KeyPolicy.INITIAL.overlapDays());
        if (every != null && overlap > every * MOST_AT_ONCE) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "overlapDays (" + overlap + ") must be at most " + MOST_AT_ONCE + " times rotateEveryDays (" + every
                            + "): so many keys would sign at once");
        }
        return new KeyPolicy(every, ahead, overlap);
    }
}
