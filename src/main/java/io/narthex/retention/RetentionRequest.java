package io.narthex.retention;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The policy that somebody wants for a cache: an omitted field stays; null keeps for ever, else it resets. */
record RetentionRequest(
        JsonField<Integer> keepDays,
        JsonField<Integer> graceDays,
        JsonField<Boolean> keepContentAddressed,
        boolean force) {
    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static RetentionRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.readPut(
                body, List.of("keepDays", "graceDays", "keepContentAddressed", "force"), RetentionResponse.class);
        return new RetentionRequest(
                json.integer("keepDays", 1, RetentionPolicy.MOST_DAYS),
                json.integer("graceDays", 0, RetentionPolicy.MOST_DAYS),
                json.bool("keepContentAddressed"),
                json.bool("force").or(false, false));
    }

    /**
     * The policy that comes of it.
     *
     * @throws ProblemException 409, if clients would remember what is gone, and nobody insists
     */
    RetentionPolicy over(RetentionPolicy kept) {
        RetentionPolicy initial = RetentionPolicy.INITIAL;
        RetentionPolicy policy = new RetentionPolicy(
                keepDays.named() ? keepDays.value() : kept.keepDays(),
                graceDays.or(kept.graceDays(), initial.graceDays()),
                keepContentAddressed.or(kept.keepContentAddressed(), initial.keepContentAddressed()));
        if (policy.isShorterThanClientsRemember() && !force && !policy.equals(kept)) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "Nix clients remember a narinfo for " + RetentionPolicy.REMEMBERED_DAYS + " days, and keepDays ("
                            + policy.keepDays() + ") and graceDays (" + policy.graceDays()
                            + ") are fewer: make them more, or add \"force\": true");
        }
        return policy;
    }
}
