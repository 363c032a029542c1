package io.narthex.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.change.Heartbeat;
import io.narthex.http.HttpDate;
import io.narthex.index.local.LocalMemory;
import io.narthex.key.KeyRing;
import io.narthex.key.RevokedKeys;
import io.narthex.localstore.NixDatabase;
import io.narthex.localstore.RowDigest;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SignedPathTest {
    private static final Signature OURS = signature("ours-1");
    private static final Signature THEIRS = signature("theirs-1");
    private static final Signature SECOND = signature("ours-2");

    @Test
    void cannotBeWithoutASignature() {
        assertThatThrownBy(() -> signed(List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> signed(List.of(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cannotBeWithoutTheSignatureOfEachKey() {
        assertThatThrownBy(() -> signed(List.of(OURS), 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysEverySignatureInItsNarInfo() {
        String text = new String(signed(List.of(OURS, SECOND), 2).narInfo(), StandardCharsets.US_ASCII);

        assertThat(text).contains("\nSig: " + OURS + "\n", "\nSig: " + SECOND + "\n", "\nSig: " + THEIRS + "\n");
    }

    @Test
    void namesTheNarByItsHash() {
        assertThat(new String(signed(List.of(OURS), 1).narInfo(), StandardCharsets.US_ASCII))
                .contains("\nURL: nar/" + "0".repeat(52) + ".nar\nCompression: none\nFileHash: sha256:" + "0".repeat(52)
                        + "\nFileSize: 120\n");
    }

    @Test
    void hasATagOfItsText() {
        SignedPath one = signed(List.of(OURS), 1);

        assertThat(one.entityTag()).matches("\"[0-9a-f]{32}\"");
        assertThat(signed(List.of(OURS), 1).entityTag()).isEqualTo(one.entityTag());
        assertThat(signed(List.of(SECOND), 1).entityTag()).isNotEqualTo(one.entityTag());
    }

    @Test
    void hasTheDateOfItsRegistrationInTheFormOfHttp() {
        assertThat(signed(List.of(OURS), 1).lastModified()).isEqualTo("Sun, 09 Sep 2001 01:46:40 GMT");
    }

    /** A client gives back in If-Modified-Since what Last-Modified said. */
    @Test
    void isAsOldAsItsDateSays() {
        SignedPath path = signed(List.of(OURS), 1);

        assertThat(HttpDate.parse(path.lastModified())).hasValue(path.since());
    }

    private static SignedPath signed(List<Signature> ours, int keys) {
        ValidPath path = new ValidPath(
                7,
                StorePath.parseBaseName("0".repeat(32) + "-x"),
                NixHash.ofSha256(new byte[32]),
                120,
                Instant.ofEpochSecond(1_000_000_000, 999_000_000),
                Optional.empty(),
                new TreeSet<>(),
                List.of(THEIRS),
                Optional.empty(),
                new RowDigest(1, 2));
        KeyRing.Ring ring = new KeyRing.Ring(
                IntStream.range(0, keys)
                        .mapToObj(i -> new KeyRing.Member(i, SecretKey.generate("key-" + i, new SecureRandom())))
                        .toList(),
                List.of(),
                RevokedKeys.NONE);
        LocalMemory memory =
                new LocalMemory(new NixDatabase(Path.of("absent", "db.sqlite"), StoreDir.DEFAULT), new Heartbeat(0));
        return SignedPath.local(StoreDir.DEFAULT, 1, path, ring, ours, null, memory);
    }

    private static Signature signature(String name) {
        return SecretKey.generate(name, new SecureRandom()).sign(new byte[0]);
    }
}
