package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.index.StoredNar;
import io.narthex.index.UpstreamNar;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.receive.UploadName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an upstream told of a path.
 *
 * @param key of the upstream, by which the path stands; empty: by its contents
 * @param facts with the URL under which this server gives the NAR
 * @param nar where the upstream has it
 * @param stored where it is here already
 * @param since when it was told
 */
record UpstreamRow(
        long id,
        int upstreamId,
        Optional<PublicKey> key,
        NarInfo facts,
        UpstreamNar nar,
        Optional<StoredNar> stored,
        Instant since) {
    /** Before the names of files in our narinfos. */
    static final String NAR = "nar/";

    /**
     * Whether all that is told of it is known to be so: somebody vouches for it, its bytes are here, or the path follows from
     * the hash of its NAR.
     */
    boolean maySign() {
        return key.isPresent() || stored.isPresent() || nar.contentsHash().isEmpty();
    }

    /** The path as the cache offers it. */
    SignedPath offered(KeyRing.Ring keys, List<Signature> ours, SourceMemory memory) {
        return new SignedPath(
                id,
                facts,
                stored.<NarSource>map(NarSource.InBlobStore::new).orElseGet(() -> new NarSource.AtUpstream(nar)),
                since,
                keys,
                ours,
                stored.isPresent() ? since : null,
                memory);
    }

    /** The row that was made of what an upstream told and vouches for, whose bytes are not here. */
    static UpstreamRow told(Cache cache, Answer.Found found, ToldRows.Written written) {
        NarInfo info = found.info();
        NarInfo facts = new NarInfo(
                cache.storeDir(),
                info.storePath(),
                NAR + fileName(info),
                info.compression(),
                fileHash(info),
                fileSize(info),
                info.narHash(),
                info.narSize(),
                info.references(),
                info.deriver(),
                info.signatures(),
                info.contentAddress());
        int upstream = found.upstream().id();
        return new UpstreamRow(
                written.id(),
                upstream,
                found.key(),
                facts,
                nar(cache, upstream, found.nar().toString(), facts, Optional.empty()),
                Optional.empty(),
                written.since());
    }

    static UpstreamNar nar(Cache cache, int upstreamId, String url, NarInfo facts, Optional<NixHash> contents) {
        return new UpstreamNar(
                facts.storePath(),
                cache.id(),
                upstreamId,
                url,
                facts.url().substring(NAR.length()),
                facts.compression(),
                facts.fileHash(),
                facts.fileSize(),
                facts.narHash(),
                facts.narSize(),
                contents);
    }

    /** Where the file is the NAR, its hash is known in any case. */
    static Optional<NixHash> fileHash(NarInfo info) {
        return info.compression().equals("none") ? Optional.of(info.narHash()) : info.fileHash();
    }

    static OptionalLong fileSize(NarInfo info) {
        return info.compression().equals("none") ? OptionalLong.of(info.narSize()) : info.fileSize();
    }

    /** A name of our own: an upstream's may be of any form, with directories and a query. */
    static String fileName(NarInfo info) {
        Optional<Compression> compression =
                Compression.named(info.compression()).filter(c -> !c.extension().isEmpty());
        return new UploadName(fileHash(info).orElse(info.narHash()), compression).toString();
    }
}
