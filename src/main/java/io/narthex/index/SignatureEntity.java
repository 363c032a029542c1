package io.narthex.index;

import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.MappedSuperclass;
import java.io.Serial;
import java.io.Serializable;

/** A signature that one of our keys made of a path. Each source of paths keeps them in a table of its own. */
@MappedSuperclass
@IdClass(SignatureEntity.Key.class)
public abstract class SignatureEntity {
    @Id
    @Column(name = "key_id")
    private long keyId;

    @Id
    @Column(name = "path_id")
    private long pathId;

    @Column(nullable = false)
    private byte[] signature;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected SignatureEntity() {}

    /** Which key signed which path. */
    public record Key(long keyId, long pathId) implements Serializable {
        @Serial
        private static final long serialVersionUID = 1;
    }

    /** The row of the key that made it. */
    public long keyId() {
        return keyId;
    }

    public byte[] signature() {
        return signature.clone();
    }
}
