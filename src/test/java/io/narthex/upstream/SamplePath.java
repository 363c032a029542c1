package io.narthex.upstream;

import com.github.luben.zstd.Zstd;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.Words;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoWriter;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;

/** A path that an upstream has and nobody else: a file of random bytes. */
@SuppressWarnings("ArrayRecordComponent") // lent to tests that do not change it
public record SamplePath(NarInfo info, byte[] nar, byte[] file) {
    private static final Random RANDOM = new Random();

    /** Compressed by zstd. */
    public static SamplePath ofBytes(int bytes) {
        return of("sample", bytes, "zstd");
    }

    static SamplePath of(String name, int bytes, String compression) {
        byte[] hash = new byte[StorePathHash.BYTES];
        byte[] contents = new byte[bytes];
        RANDOM.nextBytes(hash);
        RANDOM.nextBytes(contents);
        byte[] nar = Words.nar("(", "type", "regular", "contents")
                .and(contents)
                .and(")")
                .bytes();
        byte[] file = compression.equals("none") ? nar : Zstd.compress(nar);
        NixHash fileHash = sha256(file);
        NarInfo info = new NarInfo(
                StoreDir.DEFAULT,
                StorePath.parseBaseName(StorePathHash.of(hash) + "-" + name),
                "nar/" + fileHash.nix32() + ".nar" + (compression.equals("none") ? "" : ".zst"),
                compression,
                Optional.of(fileHash),
                OptionalLong.of(file.length),
                sha256(nar),
                nar.length,
                new TreeSet<>(),
                Optional.empty(),
                List.of(),
                Optional.empty());
        return new SamplePath(info, nar, file);
    }

    private static NixHash sha256(byte[] bytes) {
        return NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(bytes));
    }

    /** The same with another narinfo. */
    SamplePath telling(String url, Optional<NixHash> fileHash, OptionalLong fileSize) {
        return new SamplePath(
                new NarInfo(
                        info.storeDir(),
                        info.storePath(),
                        url,
                        info.compression(),
                        fileHash,
                        fileSize,
                        info.narHash(),
                        info.narSize(),
                        info.references(),
                        info.deriver(),
                        List.of(),
                        info.contentAddress()),
                nar,
                file);
    }

    /** The same of a store at another place. */
    SamplePath in(StoreDir directory) {
        return new SamplePath(
                new NarInfo(
                        directory,
                        info.storePath(),
                        info.url(),
                        info.compression(),
                        info.fileHash(),
                        info.fileSize(),
                        info.narHash(),
                        info.narSize(),
                        info.references(),
                        info.deriver(),
                        List.of(),
                        info.contentAddress()),
                nar,
                file);
    }

    /** The same, needing others. */
    SamplePath referringTo(StorePath... paths) {
        return new SamplePath(
                new NarInfo(
                        info.storeDir(),
                        info.storePath(),
                        info.url(),
                        info.compression(),
                        info.fileHash(),
                        info.fileSize(),
                        info.narHash(),
                        info.narSize(),
                        new TreeSet<>(List.of(paths)),
                        info.deriver(),
                        List.of(),
                        info.contentAddress()),
                nar,
                file);
    }

    public String narInfoUrl() {
        return info.storePath().hash() + ".narinfo";
    }

    /** The narinfo and the file as an upstream has them, signed. */
    public SamplePath at(FaultyUpstream upstream, SecretKey key) {
        upstream.answer("/" + narInfoUrl(), Answer.ok(signed(key)));
        upstream.answer("/" + info.url(), Answer.ok(file).inRanges());
        return this;
    }

    byte[] signed(SecretKey key) {
        return NarInfoWriter.write(info.withSignatures(List.of(key.sign(Fingerprint.of(info)))));
    }
}
