package io.narthex.index.upload;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.narthex.index.SignedPath;
import io.narthex.index.StoredNar;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes a path in a list.
 *
 * @param id its row; where a list goes on
 * @param narSize in bytes
 * @param fileSize in bytes
 * @param references base names
 * @param foreignSignatures those it came with
 * @param publishedAt or when Nix registered it
 * @param publishedBy the id of the token that brought it; null: the administrator's
 */
public record PathResponse(
        @JsonIgnore long id,
        String hash,
        String path,
        String narHash,
        long narSize,
        String compression,
        String fileHash,
        long fileSize,
        List<String> references,
        @Nullable String deriver,
        @Nullable String ca,
        List<String> foreignSignatures,
        Instant publishedAt,
        @Nullable String publishedBy) {
    /**
     * A path that was pushed.
     *
     * @param foreign the signatures of others that may be told of
     */
    static PathResponse of(UploadEntity entity, NarInfo facts, List<Signature> foreign, @Nullable String publishedBy) {
        StoredNar nar = entity.nar();
        return new PathResponse(
                entity.id(),
                facts.storePath().hash().toString(),
                facts.storePath().toString(facts.storeDir()),
                facts.narHash().toNix32(),
                facts.narSize(),
                nar.compression(),
                nar.fileHash().toNix32(),
                nar.fileSize(),
                facts.references().stream().map(StorePath::baseName).toList(),
                facts.deriver().map(StorePath::baseName).orElse(null),
                facts.contentAddress().orElse(null),
                foreign.stream().map(Signature::toString).toList(),
                entity.publishedAt(),
                publishedBy);
    }

    /** A path of the machine's store, whose file is its NAR. */
    static PathResponse of(SignedPath path) {
        NarInfo facts = path.facts();
        return new PathResponse(
                path.rowId(),
                path.path().hash().toString(),
                path.path().toString(facts.storeDir()),
                facts.narHash().toNix32(),
                facts.narSize(),
                facts.compression(),
                facts.narHash().toNix32(),
                facts.narSize(),
                facts.references().stream().map(StorePath::baseName).toList(),
                facts.deriver().map(StorePath::baseName).orElse(null),
                facts.contentAddress().orElse(null),
                path.foreignSignatures().stream().map(Signature::toString).toList(),
                path.since(),
                null);
    }
}
