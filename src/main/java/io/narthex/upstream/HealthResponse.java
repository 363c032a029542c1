package io.narthex.upstream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that says how an upstream stands, as one node sees it since its start.
 *
 * @param breaker {@code closed}: it is asked; {@code open}: it is not; {@code half-open}: one request tries it
 * @param lastAnswerAt null: none yet
 * @param lastFailure why it gave no answer the last time; null: it never did so
 * @param hits paths that it had, with a signature that was verified
 * @param bytesSaved bytes of it that were sent and not fetched for that
 */
public record HealthResponse(
        String name,
        String breaker,
        @Nullable Instant lastAnswerAt,
        @Nullable String lastFailure,
        @Nullable Instant lastFailureAt,
        long lookups,
        long hits,
        long misses,
        long failures,
        long refusedSignatures,
        long refusedBytes,
        long bytesFetched,
        long bytesSaved) {}
