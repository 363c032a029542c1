package io.narthex.retention;

import org.jspecify.annotations.Nullable;

/**
 * The JSON that says how long a cache keeps what nobody uses.
 *
 * @param keepDays null: for ever
 */
record RetentionResponse(@Nullable Integer keepDays, int graceDays, boolean keepContentAddressed) {
    static RetentionResponse of(RetentionPolicy policy) {
        return new RetentionResponse(policy.keepDays(), policy.graceDays(), policy.keepContentAddressed());
    }
}
