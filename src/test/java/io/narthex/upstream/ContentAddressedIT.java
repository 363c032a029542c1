package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Await;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.ContentAddress;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.narinfo.NarInfoWriter;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Paths that an upstream has, that none of its keys has signed, and that follow from their contents. */
@ExtendWith(SharedServer.class)
class ContentAddressedIT {
    /** A path of an upstream that follows from an address. */
    private static SamplePath at(TestUpstream upstream, SamplePath contents, ContentAddress address) {
        StorePath path = address.storePath(
                        contents.info().storeDir(), contents.info().storePath().name(), false, new TreeSet<>())
                .orElseThrow();
        return told(upstream, contents, path, address);
    }

    private static SamplePath told(TestUpstream upstream, SamplePath contents, StorePath path, ContentAddress address) {
        NarInfo info = contents.info();
        SamplePath told = new SamplePath(
                new NarInfo(
                        info.storeDir(),
                        path,
                        info.url(),
                        info.compression(),
                        info.fileHash(),
                        info.fileSize(),
                        info.narHash(),
                        info.narSize(),
                        info.references(),
                        info.deriver(),
                        List.of(),
                        Optional.of(address.toString())),
                contents.nar(),
                contents.file());
        upstream.server().answer("/" + told.narInfoUrl(), Answer.ok(NarInfoWriter.write(told.info())));
        upstream.server().answer("/" + told.info().url(), Answer.ok(told.file()));
        return told;
    }

    /** Of the one file in the NAR: behind its head of 96 bytes. */
    private static NixHash contentsHash(SamplePath path, int bytes) {
        byte[] contents = java.util.Arrays.copyOfRange(path.nar(), 96, 96 + bytes);
        return NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(contents));
    }

    private static List<String> claims(SamplePath path) throws Exception {
        return Rows.ofServer()
                .texts(
                        "select claim from audit.signatures where path = ?",
                        path.info().storePath().baseName());
    }

    private static boolean isSignedByUs(TestUpstream upstream, SamplePath path) throws Exception {
        HttpResponse<byte[]> answer = upstream.cache().get(path.narInfoUrl());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Narthex-Source")).contains("upstream:" + upstream.name());
        NarInfo info = NarInfoReader.read(answer.body());
        PublicKey ours = PublicKey.parse(upstream.cache().keys());
        return info.signatures().stream().anyMatch(signature -> ours.verify(Fingerprint.of(info), signature));
    }

    private static HttpResponse<byte[]> nar(TestUpstream upstream, SamplePath path) throws Exception {
        return upstream.cache()
                .get(NarInfoReader.read(upstream.cache().get(path.narInfoUrl()).body())
                        .url());
    }

    @Test
    void aPathThatFollowsFromItsNarIsTaken() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath contents = SamplePath.ofBytes(1_000);
            SamplePath path = at(
                    upstream,
                    contents,
                    new ContentAddress(
                            ContentAddress.Method.NAR, contents.info().narHash()));

            assertThat(isSignedByUs(upstream, path)).isTrue();
            assertThat(claims(path)).containsExactly("upstream-signature");
            assertThat(nar(upstream, path).body()).isEqualTo(path.file());
            Await.until("proof", () -> claims(path).equals(List.of("received")));
        }
    }

    /** What follows from the contents of a file says nothing of the hash of its NAR. */
    @Test
    void aPathThatFollowsFromAFileIsTakenAndSignedOnceItsBytesAreHere() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath contents = SamplePath.ofBytes(1_000);
            SamplePath path = at(
                    upstream, contents, new ContentAddress(ContentAddress.Method.FLAT, contentsHash(contents, 1_000)));

            assertThat(isSignedByUs(upstream, path)).isFalse();
            assertThat(nar(upstream, path).body()).isEqualTo(path.file());
            Await.until("signature", () -> isSignedByUs(upstream, path));

            assertThat(claims(path)).containsExactly("received");
        }
    }

    @Test
    void aPathWhoseFileIsAnotherIsRefusedAndNeverSigned() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath right = SamplePath.ofBytes(1_000);
            SamplePath path = at(
                    upstream,
                    SamplePath.ofBytes(1_000),
                    new ContentAddress(ContentAddress.Method.FLAT, contentsHash(right, 1_000)));

            assertThat(isSignedByUs(upstream, path)).isFalse();
            nar(upstream, path);

            TestUpstream.awaitEvent("upstream-bytes-refused", path);
            assertThat(isSignedByUs(upstream, path)).isFalse();
            assertThat(claims(path)).isEmpty();
        }
    }

    @Test
    void aPathThatDoesNotFollowFromItsAddressIsAbsentAndRecorded() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath contents = SamplePath.ofBytes(100);
            SamplePath path = told(
                    upstream,
                    contents,
                    contents.info().storePath(),
                    new ContentAddress(
                            ContentAddress.Method.NAR, contents.info().narHash()));

            assertThat(upstream.ask(path)).isEqualTo(404);
            TestUpstream.awaitEvent("upstream-signature-refused", path);
        }
    }

    @Test
    void aPathWhoseAddressIsOfAnotherNarIsAbsentAndRecorded() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = at(
                    upstream,
                    SamplePath.ofBytes(100),
                    new ContentAddress(
                            ContentAddress.Method.NAR,
                            SamplePath.ofBytes(100).info().narHash()));

            assertThat(upstream.ask(path)).isEqualTo(404);
            TestUpstream.awaitEvent("upstream-signature-refused", path);
        }
    }

    /** Of a tree that nobody signed, by a client that trusts the key of our cache alone. */
    @Test
    void realClientsFetchThem(@TempDir Path directory) throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            NixStore builder = NixStore.in(directory.resolve("builder"));
            StorePath text = builder.evaluate("builtins.toFile \"text\" \"" + upstream.name() + "\"");
            StorePath source = builder.add("source", upstream.name());
            Path tree = Files.createDirectories(directory.resolve("tree"));
            for (StorePath path : List.of(text, source)) {
                builder.run("nix", "copy", "--from", builder.uri(), "--to", "file://" + tree, NixStore.path(path));
            }
            try (var files = Files.walk(tree)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    upstream.server().answer("/" + tree.relativize(file), Answer.ok(Files.readAllBytes(file)));
                }
            }
            NixClient reader = new NixClient(
                    directory.resolve("reader"),
                    upstream.cache().url(),
                    upstream.cache().keys());

            for (StorePath path : List.of(text, source)) {
                reader.copy(path);
                assertThat(reader.store().dump(path)).isEqualTo(builder.dump(path));
            }
        }
    }
}
