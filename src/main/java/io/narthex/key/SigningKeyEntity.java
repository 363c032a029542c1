package io.narthex.key;

import io.narthex.nix.signature.PublicKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The database row of a key, its secret sealed. Its state changes only by the steps of {@link KeyLifecycle}. */
@Entity
@Table(name = "signing_key")
class SigningKeyEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private long id;

    @Column(name = "cache_id", nullable = false, updatable = false)
    private int cacheId;

    @Column(nullable = false, updatable = false)
    private String name;

    @Column(name = "public_key", nullable = false, updatable = false)
    private byte[] publicKey;

    @Column(name = "sealed_secret")
    private byte @Nullable [] sealedSecret;

    @Column(nullable = false)
    private boolean imported;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private KeyState state;

    @Embedded
    private KeyDates dates;

    @Column(name = "revocation_reason", columnDefinition = "text")
    private @Nullable String revocationReason;

    @Column(name = "exported_at")
    private @Nullable Instant exportedAt;

    @Column(name = "due_at")
    private @Nullable Instant dueAt;

    @Column(name = "overlap_seconds")
    private @Nullable Long overlapSeconds;

    @Column(name = "replaced_by")
    private @Nullable Long replacedBy;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected SigningKeyEntity() {}

    private SigningKeyEntity(
            int cacheId, PublicKey key, byte[] sealedSecret, boolean imported, KeyState state, Instant now) {
        this.cacheId = cacheId;
        this.name = key.name();
        this.publicKey = key.bytes();
        this.sealedSecret = sealedSecret.clone();
        this.imported = imported;
        this.state = state;
        this.dates = new KeyDates(now);
        dates.reached(state, now);
    }

    /** A key that signs for a cache from now on. */
    static SigningKeyEntity active(int cacheId, PublicKey key, byte[] sealedSecret, boolean imported, Instant now) {
        return new SigningKeyEntity(cacheId, key, sealedSecret, imported, KeyState.ACTIVE, now);
    }

    /** A key that is shown from now on, and signs later. */
    static SigningKeyEntity pending(int cacheId, PublicKey key, byte[] sealedSecret, Instant now, Rotation rotation) {
        SigningKeyEntity made = new SigningKeyEntity(cacheId, key, sealedSecret, false, KeyState.PENDING, now);
        made.dueAt = rotation.activeAt();
        made.overlapSeconds = rotation.overlap().toSeconds();
        return made;
    }

    /** It signs from now on. */
    void activate(Instant now) {
        enter(KeyState.ACTIVE, now);
        dueAt = null;
    }

    /** Another signs beside it from now on, and it no more from a later moment on. */
    void retire(Instant now, Instant until) {
        enter(KeyState.RETIRING, now);
        dueAt = until;
    }

    /** It signs no more, and its secret is destroyed. */
    void endRetirement(Instant now) {
        enter(KeyState.RETIRED, now);
        dueAt = null;
        sealedSecret = null;
    }

    /** It is not to be trusted any more, and its secret is destroyed. */
    void revoke(Instant now, String reason) {
        enter(KeyState.REVOKED, now);
        revocationReason = reason;
        dueAt = null;
        sealedSecret = null;
    }

    private void enter(KeyState next, Instant now) {
        KeyLifecycle.check(state, next);
        state = next;
        dates.reached(next, now);
    }

    /** A rotation that is under way goes by other times. */
    void replan(Rotation rotation) {
        dueAt = rotation.activeAt();
        overlapSeconds = rotation.overlap().toSeconds();
    }

    /** When it begins to sign, and for how long beside the others; of one that is PENDING. */
    Rotation rotation() {
        Instant at = dueAt;
        if (state != KeyState.PENDING || at == null) {
            throw new IllegalStateException(name + " is " + state);
        }
        return new Rotation(at, overlap());
    }

    /** Whether it takes, or took, the place of another. */
    boolean isReplacementOf(SigningKeyEntity other) {
        Long by = other.replacedBy;
        return by != null && by == id;
    }

    /** Another is to take its place; null: none after all. */
    void replacedBy(@Nullable Long other) {
        replacedBy = other;
    }

    void markImported() {
        imported = true;
    }

    /** Its secret was told. */
    void export(Instant now) {
        exportedAt = now;
    }

    /** Sealed anew, under another master key. */
    void reseal(byte[] sealed) {
        if (sealedSecret == null) {
            throw new IllegalStateException("the secret of " + name + " is destroyed");
        }
        sealedSecret = sealed.clone();
    }

    long id() {
        return id;
    }

    int cacheId() {
        return cacheId;
    }

    String name() {
        return name;
    }

    KeyState state() {
        return state;
    }

    boolean imported() {
        return imported;
    }

    /** Whether others may have its secret, and so sign by it in other names. */
    boolean isElsewhere() {
        return imported || exportedAt != null;
    }

    KeyDates dates() {
        return dates;
    }

    @Nullable
    String revocationReason() {
        return revocationReason;
    }

    /** When the next step is to be taken; null: none is planned. */
    @Nullable
    Instant dueAt() {
        return dueAt;
    }

    /** How long those that it replaces sign beside it. */
    Duration overlap() {
        return Duration.ofSeconds(overlapSeconds == null ? 0 : overlapSeconds);
    }

    /** The key that takes, or took, its place. */
    @Nullable
    Long replacedBy() {
        return replacedBy;
    }

    PublicKey publicKey() {
        return new PublicKey(name, publicKey);
    }

    /** Null once the secret is destroyed. */
    byte @Nullable [] sealedSecret() {
        return sealedSecret == null ? null : sealedSecret.clone();
    }
}
