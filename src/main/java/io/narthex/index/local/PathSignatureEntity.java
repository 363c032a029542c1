package io.narthex.index.local;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serial;
import java.io.Serializable;
import java.time.Instant;

/** One signature of ours, with the key that made it and when. */
@Entity
@Table(name = "path_signature")
@IdClass(PathSignatureEntity.Key.class)
class PathSignatureEntity {
    @Id
    @Column(name = "key_id")
    private long keyId;

    @Id
    @Column(name = "path_id")
    private long pathId;

    @Column(nullable = false)
    private byte[] signature;

    @Column(nullable = false, columnDefinition = "text")
    private String claim;

    @Column(name = "signed_at", nullable = false, insertable = false, updatable = false)
    private Instant signedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected PathSignatureEntity() {}

    /** Which key signed which path. */
    record Key(long keyId, long pathId) implements Serializable {
        @Serial
        private static final long serialVersionUID = 1;
    }

    long keyId() {
        return keyId;
    }

    byte[] signature() {
        return signature.clone();
    }
}
