package io.narthex.retention;

import org.jspecify.annotations.Nullable;

/**
 * How long a cache keeps what nobody uses.
 *
 * @param keepDays days after its last use that a path stays; null: for ever
 * @param graceDays days between the day on which its narinfo is hidden and the one on which it is removed
 * @param keepContentAddressed whether paths with a content address stay for ever
 */
record RetentionPolicy(@Nullable Integer keepDays, int graceDays, boolean keepContentAddressed) {
    /** Nothing goes unasked; a week to notice that something is gone. */
    static final RetentionPolicy INITIAL = new RetentionPolicy(null, 7, true);

    /** A century: no date overflows. */
    static final int MOST_DAYS = 36_500;

    /** Days that a Nix client remembers a narinfo (narinfo-cache-positive-ttl). */
    static final int REMEMBERED_DAYS = 30;

    /** Whether clients may still remember the narinfo of what is removed. */
    boolean isShorterThanClientsRemember() {
        return keepDays != null && keepDays + graceDays < REMEMBERED_DAYS;
    }
}
