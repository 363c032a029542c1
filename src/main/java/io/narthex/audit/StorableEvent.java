package io.narthex.audit;

import org.jspecify.annotations.Nullable;

/**
 * A row of the record that is ready to be written: its texts are such that the database can keep them.
 *
 * @param reason of a refusal; null: it was done
 * @param count how often it was refused
 */
record StorableEvent(
        AuditEvent event, Actor actor, @Nullable String reason, long count) {
    StorableEvent {
        event = new AuditEvent(
                event.action(),
                event.tenantId(),
                event.cacheId(),
                Storable.text(event.path()),
                Storable.text(event.key()),
                Storable.detail(event.detail()));
        actor = new Actor(
                actor.name(),
                Storable.text(actor.tokenId()),
                Storable.text(actor.tokenNote()),
                actor.address(),
                Storable.text(actor.requestId()));
        reason = Storable.text(reason);
    }

    String outcome() {
        return reason == null ? "ok" : "refused";
    }

    /** The line of the log that says the same as a row that could not be written. */
    String unwritten() {
        return new PreparedEvent(this).line(0, null, null);
    }
}
