package io.narthex.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.protocol.Recipes;
import io.narthex.transfer.CheckedNar.WrongNarException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckedNarTest {
    private static final byte[] NAR = Recipes.bytes(1_000);

    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 8, 9, 64, 991, 992, 993, 999, 1_000, 5_000})
    void letsAllPassThatIsRightInPiecesOfAnySize(int piece) throws Exception {
        CheckedNar nar = checked(true);

        write(nar, NAR, piece);
        nar.finish();

        assertThat(passed.toByteArray()).isEqualTo(NAR);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 9, 500, 1_000})
    void holdsTheLastBytesBack(int piece) throws Exception {
        CheckedNar nar = checked(true);

        write(nar, NAR, piece);

        assertThat(passed.toByteArray()).isEqualTo(Arrays.copyOf(NAR, NAR.length - 8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 500, 999})
    void refusesAWrongByteAnywhereBeforeTheEndIsOut(int place) throws Exception {
        byte[] wrong = NAR.clone();
        wrong[place] ^= 1;
        CheckedNar nar = checked(true);
        write(nar, wrong, 100);

        assertThatThrownBy(nar::finish).isInstanceOf(WrongNarException.class).hasMessageContaining("hash");
        assertThat(passed.size()).isEqualTo(NAR.length - 8);
    }

    @Test
    void doesNotSeeAWrongByteWhereItIsNotToHash() throws Exception {
        byte[] wrong = NAR.clone();
        wrong[500] ^= 1;
        CheckedNar nar = checked(false);

        write(nar, wrong, 100);
        nar.finish();

        assertThat(passed.toByteArray()).isEqualTo(wrong);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 991, 992, 999})
    void refusesAShorterOne(int length) throws Exception {
        CheckedNar nar = checked(false);
        write(nar, Arrays.copyOf(NAR, length), 100);

        assertThatThrownBy(nar::finish).isInstanceOf(WrongNarException.class);
        assertThat(passed.size()).isLessThanOrEqualTo(NAR.length - 8);
    }

    @Test
    void refusesALongerOneBeforeTheEndIsOut() throws Exception {
        CheckedNar nar = checked(false);
        write(nar, NAR, 100);

        assertThatThrownBy(() -> nar.write(ByteBuffer.wrap(new byte[1]))).isInstanceOf(WrongNarException.class);
        assertThat(passed.size()).isEqualTo(NAR.length - 8);
    }

    @Test
    void leavesNothingInTheBufferItWasGiven() throws Exception {
        ByteBuffer buffer = ByteBuffer.wrap(NAR);

        checked(true).write(buffer);

        assertThat(buffer.hasRemaining()).isFalse();
    }

    private CheckedNar checked(boolean hash) throws Exception {
        NixHash expected = NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(NAR));
        return new CheckedNar(
                bytes -> {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    passed.writeBytes(copy);
                },
                NAR.length,
                expected,
                hash);
    }

    private static void write(CheckedNar nar, byte[] bytes, int piece) throws IOException {
        for (int i = 0; i < bytes.length; i += piece) {
            nar.write(ByteBuffer.wrap(bytes, i, Math.min(piece, bytes.length - i)));
        }
    }
}
