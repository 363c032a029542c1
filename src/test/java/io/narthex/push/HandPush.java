package io.narthex.push;

import com.github.luben.zstd.Zstd;
import io.narthex.it.NixStore;
import io.narthex.it.TenantCache;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.Words;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.receive.Upload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** A path as a client of our own making pushes it, request by request. */
@SuppressWarnings("ArrayRecordComponent") // lent to tests that do not change it
public record HandPush(StorePath path, List<String> references, byte[] nar, Compression compression, byte[] file) {
    public static HandPush of(NixStore store, StorePath path, Compression compression) throws IOException {
        byte[] nar = store.dump(path);
        List<String> references = store.run(
                        "nix-store", "--store", store.uri(), "-q", "--references", NixStore.path(path))
                .lines()
                .map(line -> Path.of(line).getFileName().toString())
                .sorted()
                .toList();
        return new HandPush(path, references, nar, compression, compressed(nar, compression));
    }

    /** A path that nobody else has: a file of a few random bytes, said to refer to some others. */
    public static HandPush small(Random random, HandPush... references) {
        return sized(40, random, references);
    }

    /** The same with a file of so many bytes. */
    public static HandPush sized(int bytes, Random random, HandPush... references) {
        byte[] hash = new byte[20];
        byte[] contents = new byte[bytes];
        random.nextBytes(hash);
        random.nextBytes(contents);
        byte[] nar = Words.nar("(", "type", "regular", "contents")
                .and(contents)
                .and(")")
                .bytes();
        return new HandPush(
                StorePath.parseBaseName(StorePathHash.of(hash) + "-small"),
                Stream.of(references)
                        .map(push -> push.path().baseName())
                        .sorted()
                        .toList(),
                nar,
                Compression.NONE,
                nar);
    }

    private static byte[] compressed(byte[] nar, Compression compression) throws IOException {
        return switch (compression) {
            case NONE -> nar;
            case ZSTD -> Zstd.compress(nar);
            case XZ -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try (XZOutputStream xz = new XZOutputStream(out, new LZMA2Options(1))) {
                    xz.write(nar);
                }
                yield out.toByteArray();
            }
            case BR, BZIP2, COMPRESS, GRZIP, GZIP, LRZIP, LZ4, LZIP, LZMA, LZOP ->
                throw new IllegalArgumentException("nobody needs it here: " + compression);
        };
    }

    public String url() {
        return "nar/" + hash(file).nix32() + ".nar" + compression.extension();
    }

    public String narInfoUrl() {
        return path.hash() + ".narinfo";
    }

    /** Without signatures. */
    public String narInfo() {
        return "StorePath: " + NixStore.path(path) + "\nURL: " + url() + "\nCompression: " + compression.nixName()
                + "\nFileHash: sha256:" + hash(file).nix32() + "\nFileSize: " + file.length + "\nNarHash: sha256:"
                + hash(nar).nix32() + "\nNarSize: " + nar.length + "\nReferences: "
                + references.stream().collect(Collectors.joining(" ")) + "\n";
    }

    private static NixHash hash(byte[] bytes) {
        return Upload.sha256(bytes);
    }

    public int putNar(TenantCache cache) throws IOException, InterruptedException {
        return cache.put(url(), file).statusCode();
    }

    public int putNarInfo(TenantCache cache) throws IOException, InterruptedException {
        return cache.put(narInfoUrl(), narInfo().getBytes(StandardCharsets.US_ASCII))
                .statusCode();
    }

    /** What it reads as when it is fetched again, decompressed by nobody. */
    public HttpResponse<byte[]> get(TenantCache cache) throws IOException, InterruptedException {
        return cache.get(url());
    }
}
