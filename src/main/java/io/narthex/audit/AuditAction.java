package io.narthex.audit;

import java.util.Locale;

/** What was done, or tried. Auditors look for these texts: they never change their meaning. */
public enum AuditAction {
    TENANT_CREATED,
    TENANT_CHANGED,
    TENANT_DELETED,
    /** Its record lies in a file. */
    TENANT_EXPORTED,
    CACHE_CREATED,
    CACHE_CHANGED,
    CACHE_DELETED,
    TOKEN_CREATED,
    TOKEN_REVOKED,
    ISSUER_CREATED,
    ISSUER_CHANGED,
    ISSUER_DELETED,
    TRUST_CREATED,
    TRUST_CHANGED,
    TRUST_DELETED,
    /** An identity token of a trusted issuer was exchanged for a token of ours. */
    TOKEN_EXCHANGED,
    PATH_PUBLISHED,
    /** Signatures of others were added. */
    PATH_SIGNED,
    PATH_DELETED,
    /** Its bytes were found wrong; it is not offered. */
    PATH_QUARANTINED,
    /** Its bytes were found right again. */
    PATH_RELEASED,
    /** Some paths that nothing keeps were hidden: one event for many. */
    PATH_CONDEMNED,
    /** Some hidden paths were removed: one event for many. */
    PATH_REMOVED,
    /** How long a cache keeps what nobody uses. */
    RETENTION_CHANGED,
    /** The collector, by somebody, out of its turn. */
    RETENTION_STARTED,
    /** The collector would have removed more than half of a cache, and did nothing. */
    RETENTION_HELD,
    PIN_SET,
    PIN_DELETED,
    DOCUMENT_PUBLISHED,
    /** A tenant or a cache holds nearly as much as it may. */
    QUOTA_WARNED,
    KEY_CREATED,
    KEY_IMPORTED,
    KEY_ACTIVATED,
    KEY_RETIRING,
    KEY_RETIRED,
    KEY_REVOKED,
    KEY_EXPORTED,
    KEY_POLICY_CHANGED,
    KEY_ROTATION_STARTED,
    MASTER_KEY_CHANGED,
    UPSTREAM_CREATED,
    UPSTREAM_CHANGED,
    UPSTREAM_DELETED,
    /** A NAR came from an upstream, and its hashes were found right. */
    UPSTREAM_FETCHED,
    /** An upstream told of a path that none of its trusted keys has signed. */
    UPSTREAM_SIGNATURE_REFUSED,
    /** An upstream gave other bytes than its narinfo says. */
    UPSTREAM_BYTES_REFUSED,
    /** A key of an upstream is not trusted any more: what stood by it alone is gone. */
    UPSTREAM_KEY_REMOVED,
    /** By somebody, out of its turn. */
    JOB_STARTED,
    /** A node found so many stored files bad that it stopped looking. */
    SCRUB_HALTED,
    /** The database is older than the stored files: nothing is removed. */
    RESTORE_NOTICED,
    RESTORE_ACCEPTED,
    /** A restore was tried, with success. */
    RESTORE_DRILLED,
    /** A closure became visible in another cache. */
    PATH_PROMOTED,
    /** What was promoted is gone from there again. */
    PROMOTION_UNDONE,
    /** Somebody asked for, pushed or promoted what a rule denies. */
    PATH_DENIED,
    /** A rule that denies paths was made or changed. */
    DENIAL_SET,
    DENIAL_LIFTED,
    LEGAL_HOLD_SET,
    LEGAL_HOLD_RELEASED,
    /** A month of the record went to the export and out of the database. */
    AUDIT_EXPORTED,
    /** A valid token, or none at all, was not enough: 403. */
    ACCESS_REFUSED,
    /** A token was none of ours, or is no longer valid: 401. */
    TOKEN_REFUSED,
    /** An identity token was not exchanged. */
    EXCHANGE_REFUSED,
    /** What was pushed was not taken. */
    PUSH_REFUSED;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As the record has it: {@code key-revoked}. */
    public String text() {
        return text;
    }
}
