package io.narthex.key;

import io.narthex.nix.signature.PublicKey;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A key as it stands in the database: its secret sealed. */
@Entity
@Table(name = "signing_key")
class SigningKey {
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

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private KeyState state;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "active_at")
    private @Nullable Instant activeAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected SigningKey() {}

    /** A key that signs for a cache from now on. */
    SigningKey(int cacheId, PublicKey key, byte[] sealedSecret, Instant now) {
        this.cacheId = cacheId;
        this.name = key.name();
        this.publicKey = key.bytes();
        this.sealedSecret = sealedSecret.clone();
        this.state = KeyState.ACTIVE;
        this.createdAt = now;
        this.activeAt = now;
    }

    long id() {
        return id;
    }

    int cacheId() {
        return cacheId;
    }

    KeyState state() {
        return state;
    }

    PublicKey publicKey() {
        return new PublicKey(name, publicKey);
    }

    /** Null once the secret is destroyed. */
    byte @Nullable [] sealedSecret() {
        return sealedSecret == null ? null : sealedSecret.clone();
    }
}
