package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a revocation costs those whom it does not concern. */
class RevokedKeysTest {
    private static final byte[] SIGNED = {1, 2, 3};

    private final List<RevokedKeys.Entry> rows = new ArrayList<>();
    private final RevokedKeys.Latest revoked = new RevokedKeys.Latest();
    private final KeyRing.Ring ring = new KeyRing.Ring(List.of(), List.of(), revoked);
    private int readings;

    @Test
    void areReadOnceForEachChange() {
        refresh();
        refresh();
        assertThat(readings).isEqualTo(1);

        revoked.changed();
        assertThat(revoked.areCurrent()).isFalse();
        refresh();
        refresh();

        assertThat(readings).isEqualTo(2);
        assertThat(revoked.areCurrent()).isTrue();
    }

    @Test
    void areReadAgainWhereAChangeCameWhileTheyWereRead() {
        revoked.refresh(() -> {
            revoked.changed();
            return List.of();
        });

        assertThat(revoked.areCurrent()).isFalse();
    }

    @Test
    void leaveAnAnswerThatHasNoSignatureInTheNameOfTheKey() {
        SecretKey theirs = key("theirs-1");
        SecretKey leaked = key("leaked-1");
        Collection<Signature> others = List.of(theirs.sign(SIGNED));
        Collection<Signature> concerned = List.of(leaked.sign(SIGNED));
        refresh();
        long told = ring.revocations();

        for (int i = 0; i < 3; i++) {
            revoke(leaked);
            assertThat(ring.isCurrent(told, others))
                    .as("before it is known which")
                    .isFalse();
            refresh();
            assertThat(ring.isCurrent(told, others)).isTrue();
            assertThat(ring.isCurrent(told, concerned)).isFalse();
            revoke(key("another-" + i));
            refresh();
        }
        assertThat(ring.isCurrent(told, concerned)).isFalse();
        assertThat(ring.foreign(concerned, SIGNED)).isEmpty();
        assertThat(ring.foreign(others, SIGNED)).isEqualTo(others);
    }

    @Test
    void concernNobodyTwice() {
        SecretKey leaked = key("leaked-1");
        revoke(leaked);
        refresh();
        long told = ring.revocations();
        for (int i = 0; i < 3; i++) {
            revoke(key("another-" + i));
            refresh();
        }

        assertThat(ring.isCurrent(told, List.of(leaked.sign(SIGNED)))).isTrue();
    }

    private void revoke(SecretKey key) {
        rows.add(new RevokedKeys.Entry(key.publicKey(), 7));
        revoked.changed();
    }

    private void refresh() {
        revoked.refresh(() -> {
            readings++;
            return List.copyOf(rows);
        });
    }

    private static SecretKey key(String name) {
        return SecretKey.generate(name, new SecureRandom());
    }
}
