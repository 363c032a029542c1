package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final byte[] SIGNED = "1;/nix/store/x".getBytes(StandardCharsets.US_ASCII);

    private final SecretKey dead = key("leaked-1");
    private final KeyRing.Ring ring = new KeyRing.Ring(
            List.of(new KeyRing.Member(1, key("ours-1"))),
            List.of(),
            new RevokedKeys(List.of(new RevokedKeys.Entry(dead.publicKey(), 7))));

    private static SecretKey key(String name) {
        return SecretKey.generate(name, new SecureRandom());
    }

    /** The same key under another name. */
    private static SecretKey renamed(SecretKey key, String name) {
        return SecretKey.parse(
                name + key.toText().substring(key.publicKey().name().length()));
    }

    private static KeyRing.Ring ringWith(SecretKey own, KeyState state) {
        Instant now = Instant.EPOCH;
        PublishedKey published =
                new PublishedKey(own.publicKey(), state, true, true, now, now, null, null, null, null, null, null);
        return new KeyRing.Ring(List.of(), List.of(published), RevokedKeys.NONE);
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
                .isTrue();
    }

    @Test
    void tellsOfWhatANamesakeOfTheCachesOwnKeyHasSigned() {
        SecretKey own = key("corp-1");
        Signature namesake = key("corp-1").sign(SIGNED);

        for (KeyState state : KeyState.values()) {
            assertThat(ringWith(own, state).foreign(List.of(own.sign(SIGNED), namesake), SIGNED))
                    .as("%s", state)
                    .containsExactly(namesake);
        }
    }

    @Test
    void doesNotTellOfWhatADeadKeyHasSignedInAnotherName() {
        SecretKey own = key("corp-1");
        Signature inAnotherName = renamed(own, "alias-1").sign(SIGNED);

        for (KeyState dead : List.of(KeyState.RETIRED, KeyState.REVOKED)) {
            assertThat(ringWith(own, dead).foreign(List.of(inAnotherName), SIGNED))
                    .as("%s", dead)
                    .isEmpty();
        }
    }

    @Test
    void tellsARevokedKeyFromNamesakesThatAnotherTenantHasRevoked() {
        List<RevokedKeys.Entry> revoked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            revoked.add(new RevokedKeys.Entry(key("leaked-1").publicKey(), 13));
        }
        revoked.add(new RevokedKeys.Entry(dead.publicKey(), 7));
        RevokedKeys all = new RevokedKeys(revoked);

        assertThat(all.haveMade(dead.sign(SIGNED), SIGNED)).isTrue();
        assertThat(revoked).allMatch(entry -> all.contains(entry.key()));
    }
}
