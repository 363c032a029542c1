package io.narthex.index.upload;

import io.narthex.index.StoredNar;
import io.narthex.nix.hash.NixHash;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The database row of a NAR file that lies in the blob store, without its listing, which is read by itself. */
@Entity
@Table(name = "blob")
class BlobEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private long id;

    @Column(name = "storage_key", nullable = false, updatable = false, columnDefinition = "text")
    private String storageKey;

    @Column(nullable = false, updatable = false, columnDefinition = "text")
    private String compression;

    @Column(name = "file_hash", nullable = false, updatable = false)
    private byte[] fileHash;

    @Column(name = "file_size", nullable = false, updatable = false)
    private long fileSize;

    @Column(name = "nar_hash", nullable = false, updatable = false)
    private byte[] narHash;

    @Column(name = "nar_size", nullable = false, updatable = false)
    private long narSize;

    @Column(name = "quarantined_at", insertable = false, updatable = false)
    private @Nullable Instant quarantinedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected BlobEntity() {}

    /** Whether its bytes are not known to be wrong or gone. */
    boolean isIntact() {
        return quarantinedAt == null;
    }

    StoredNar toStoredNar(String fileName) {
        return new StoredNar(
                id,
                storageKey,
                fileName,
                compression,
                NixHash.ofSha256(fileHash),
                fileSize,
                NixHash.ofSha256(narHash),
                narSize);
    }
}
