package io.narthex.index.upload;

import io.narthex.index.StoredNar;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The database row of a path that was pushed into a cache. {@link UploadWriter} writes it in SQL; it is read through
 * JPA.
 */
@Entity
@Table(name = "uploaded_path")
class UploadEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private long id;

    @Column(name = "cache_id", nullable = false, updatable = false)
    private int cacheId;

    @Column(nullable = false, updatable = false)
    private byte[] hash;

    @Column(nullable = false, columnDefinition = "text")
    private String name;

    @ManyToOne(optional = false)
    @JoinColumn(name = "blob_id", nullable = false)
    private BlobEntity blob;

    @Column(name = "file_name", nullable = false, columnDefinition = "text")
    private String fileName;

    @Column(name = "nar_hash", nullable = false)
    private byte[] narHash;

    @Column(name = "nar_size", nullable = false)
    private long narSize;

    @Column(nullable = false, columnDefinition = "text[]")
    private String[] refs;

    @Column(columnDefinition = "text")
    private @Nullable String deriver;

    @Column(name = "content_address", columnDefinition = "text")
    private @Nullable String contentAddress;

    @Column(name = "foreign_sigs", nullable = false, columnDefinition = "text[]")
    private String[] foreignSigs;

    @Column(name = "published_at", nullable = false)
    private Instant publishedAt;

    @Column(name = "published_by")
    private @Nullable Long publishedBy;

    @Column(name = "condemned_at")
    private @Nullable Instant condemnedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected UploadEntity() {}

    long id() {
        return id;
    }

    StorePath path() {
        return StorePath.parseBaseName(StorePathHash.of(hash) + "-" + name);
    }

    Instant publishedAt() {
        return publishedAt;
    }

    /** The token that brought it; null: the administrator's. */
    @Nullable
    Long publishedBy() {
        return publishedBy;
    }

    /** Whether only its NAR is still sent, since nothing keeps it. */
    boolean isHidden() {
        return condemnedAt != null;
    }

    /** Whether its file is not known to be wrong or gone. */
    boolean isIntact() {
        return blob.isIntact();
    }

    StoredNar nar() {
        return blob.toStoredNar(fileName);
    }

    /** What is told of it, with the signatures of others alone. */
    NarInfo facts(StoreDir storeDir) {
        StoredNar nar = nar();
        return new NarInfo(
                storeDir,
                path(),
                "nar/" + fileName,
                nar.compression(),
                Optional.of(nar.fileHash()),
                OptionalLong.of(nar.fileSize()),
                NixHash.ofSha256(narHash),
                narSize,
                Arrays.stream(refs).map(StorePath::parseBaseName).collect(Collectors.toCollection(TreeSet::new)),
                Optional.ofNullable(deriver).map(StorePath::parseBaseName),
                Arrays.stream(foreignSigs).map(Signature::parse).toList(),
                Optional.ofNullable(contentAddress));
    }
}
