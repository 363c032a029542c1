package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final byte[] SIGNED = "1;/nix/store/x".getBytes(StandardCharsets.US_ASCII);

    private final SecretKey dead = key("leaked-1");
    private final KeyRing.Ring ring = new KeyRing.Ring(
            List.of(new KeyRing.Member(1, key("ours-1"))),
            List.of(),
            Map.of(dead.publicKey().name(), dead.publicKey()));

    private static SecretKey key(String name) {
        return SecretKey.generate(name, new SecureRandom());
    }

    @Test
    void doesNotTellOfWhatAKeyHasSignedThatAnotherCacheHasRevoked() {
        Signature theirs = key("theirs-1").sign(SIGNED);

        assertThat(ring.foreign(List.of(dead.sign(SIGNED), theirs), SIGNED)).containsExactly(theirs);
    }

    @Test
    void tellsOfWhatAnotherKeyOfThatNameHasSigned() {
        Signature namesake = key("leaked-1").sign(SIGNED);
        Signature ofSomethingElse = dead.sign(new byte[1]);

        assertThat(ring.foreign(List.of(namesake, ofSomethingElse), SIGNED)).containsExactly(namesake, ofSomethingElse);
    }

    @Test
    void knowsARevokedKeyByItsBytes() {
        assertThat(ring.isRevoked(dead.publicKey())).isTrue();
        assertThat(ring.isRevoked(key("leaked-1").publicKey())).isFalse();
        assertThat(ring.isRevoked(new PublicKey("other-1", dead.publicKey().bytes())))
                .isFalse();
    }
}
