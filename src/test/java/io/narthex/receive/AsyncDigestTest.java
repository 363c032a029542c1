package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.hash.HashAlgorithm;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsyncDigestTest {
    private final Random random = new Random(4);

    @ParameterizedTest
    @ValueSource(
            ints = {0, 1, AsyncDigest.PIECE_BYTES - 1, AsyncDigest.PIECE_BYTES, AsyncDigest.PIECE_BYTES + 1, 9_000_001})
    void givesTheHashOfWhatCame(int length) {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            assertThat(hash(threads, bytes(length))).isEqualTo(expected(bytes(length)));
        }
    }

    @Test
    void hashesHereWhenNobodyElseDoes() {
        byte[] bytes = bytes(10 * AsyncDigest.PIECE_BYTES);
        Executor neverAtWork = work -> {};

        assertThat(hash(neverAtWork, bytes)).isEqualTo(expected(bytes));
    }

    @Test
    void beginsAnewAfterADigest() {
        AsyncDigest digest = new AsyncDigest(Runnable::run);
        digest.update(bytes(1_000_000));
        digest.digest();
        byte[] second = bytes(700_000);
        digest.update(second);

        assertThat(digest.digest()).isEqualTo(expected(second));
    }

    private byte[] hash(Executor executor, byte[] bytes) {
        AsyncDigest digest = new AsyncDigest(executor);
        for (int from = 0; from < bytes.length; ) {
            int part = Math.min(bytes.length - from, 1 + random.nextInt(300_000));
            digest.update(bytes, from, part);
            from += part;
        }
        return digest.digest();
    }

    private static byte[] expected(byte[] bytes) {
        return HashAlgorithm.SHA256.newDigest().digest(bytes);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
