package io.narthex.audit;

import org.jspecify.annotations.Nullable;

/**
 * A row of the record, as it is to be written.
 *
 * @param reason of a refusal; null: it was done
 * @param count how often it was refused
 */
record Entry(AuditEvent event, Actor actor, @Nullable String reason, long count) {
    String outcome() {
        return reason == null ? "ok" : "refused";
    }
}
