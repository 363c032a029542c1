package io.narthex.transfer;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarSink;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Passes a NAR on and holds back its last bytes until it is known to be the one that was promised: by its length
 * always, by its hash where asked.
 */
final class CheckedNar implements NarSink {
    /** Fewer would do; a NAR is a multiple of 8 bytes long. */
    private static final int HELD = 8;

    private final NarSink next;
    private final long length;
    private final NixHash expected;
    private final @Nullable MessageDigest digest;
    private final ByteBuffer held = ByteBuffer.allocate(HELD);
    private long passed;

    /**
     * @param length the promised length in bytes
     * @param hash whether to hash what passes
     */
    CheckedNar(NarSink next, long length, NixHash expected, boolean hash) {
        this.next = next;
        this.length = length;
        this.expected = expected;
        this.digest = hash ? HashAlgorithm.SHA256.newDigest() : null;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (passed + count > length) {
            throw new WrongNarException("it is longer than the " + length + " bytes registered");
        }
        if (digest != null) {
            digest.update(bytes.duplicate());
        }
        int late = Math.clamp(passed + count - (length - HELD), 0, count);
        passed += count;
        int end = bytes.limit();
        bytes.limit(end - late);
        if (bytes.hasRemaining()) {
            next.write(bytes);
        }
        bytes.limit(end);
        held.put(bytes);
    }

    /**
     * Lets the last bytes go.
     *
     * @throws WrongNarException when it was not the promised NAR
     */
    void finish() throws IOException {
        if (passed != length) {
            throw new WrongNarException("it is " + passed + " bytes long, registered are " + length);
        }
        if (digest != null) {
            byte[] actual = digest.digest();
            if (!Arrays.equals(actual, expected.bytes())) {
                throw new WrongNarException(
                        "its hash is " + NixHash.ofSha256(actual).toNix32() + ", registered is " + expected.toNix32());
            }
        }
        next.write(held.flip());
    }

    /** The path on disk is not what Nix registered. */
    static final class WrongNarException extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        WrongNarException(String message) {
            super(message);
        }
    }
}
