package io.narthex.key;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;

/** Tells the audit record and every node's memory what happens to keys, in the transaction in which it happens. */
@ApplicationScoped
class KeyRecord {
    @Inject
    private AuditLog audit;

    @Inject
    private Changes changes;

    /** A key changed, or there is a new one: rings are read again. */
    void changed(AuditAction action, SigningKeyEntity key, Map<String, Object> detail) {
        told(action, key, detail);
        changes.record(ChangeKind.KEY, key.cacheId(), null);
    }

    /** A key is not to be trusted any more: no cache is to give out what it has signed. */
    void revoked(SigningKeyEntity key, String reason) {
        changed(AuditAction.KEY_REVOKED, key, Map.of("reason", reason));
        changes.record(ChangeKind.KEY, KeyRing.EVERY_CACHE, null);
    }

    /** Something was done about a key that changes nothing of it. */
    void told(AuditAction action, SigningKeyEntity key, Map<String, Object> detail) {
        audit.record(new AuditEvent(action, null, key.cacheId(), null, key.name(), detail));
    }

    void policyChanged(int cacheId, KeyPolicy before, KeyPolicy after) {
        audit.record(new AuditEvent(
                AuditAction.KEY_POLICY_CHANGED,
                null,
                cacheId,
                null,
                null,
                Map.of("before", before.toString(), "after", after.toString())));
        changes.record(ChangeKind.KEY, cacheId, null);
    }
}
