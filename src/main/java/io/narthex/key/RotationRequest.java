package io.narthex.key;

import io.narthex.http.JsonBody;
import io.narthex.http.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The times that somebody wants for a rotation in place of the policy's.
 *
 * @param publishAhead until its key signs; null: as planned
 * @param overlap how long the keys whose place it takes sign beside it; null: as planned
 */
record RotationRequest(
        @Nullable Duration publishAhead, @Nullable Duration overlap) {
    static final RotationRequest AS_PLANNED = new RotationRequest(null, null);

    private static final int MOST = (int) Duration.ofDays(KeyPolicy.MOST).toSeconds();

    /**
     * Reads the body of a POST.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static RotationRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.read(body, List.of("publishAheadSeconds", "overlapSeconds"));
        return new RotationRequest(seconds(json, "publishAheadSeconds"), seconds(json, "overlapSeconds"));
    }

    private static @Nullable Duration seconds(JsonBody json, String name) {
        Integer value = json.integer(name, 0, MOST).value();
        return value == null ? null : Duration.ofSeconds(value);
    }

    /** The times that come of it. */
    Rotation over(Rotation planned, Instant now) {
        return new Rotation(
                publishAhead == null ? planned.activeAt() : now.plus(publishAhead),
                overlap == null ? planned.overlap() : overlap);
    }
}
