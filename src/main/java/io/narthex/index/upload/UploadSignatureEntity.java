package io.narthex.index.upload;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serial;
import java.io.Serializable;

/** One signature of ours of a path that was pushed, with the key that made it. */
@Entity
@Table(name = "upload_signature")
@IdClass(UploadSignatureEntity.Key.class)
class UploadSignatureEntity {
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
    protected UploadSignatureEntity() {}

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
