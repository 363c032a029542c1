package io.narthex.receive;

import io.narthex.nix.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Works out a SHA-256 on another thread while this one goes on. What is no larger than one piece is hashed where it is,
 * since handing it over costs more. It holds {@value BufferRing#MOST} pieces of {@value #PIECE_BYTES} bytes at most.
 * One stream's thread uses it.
 */
final class AsyncDigest extends MessageDigest {
    static final int PIECE_BYTES = 256 << 10;

    private final MessageDigest digest = HashAlgorithm.SHA256.newDigest();
    private final AsyncTask hashing;
    private final BufferRing ring;
    private ByteBuffer current;

    /** @param executor runs what hashes, which never waits; may run it in the calling thread */
    AsyncDigest(Executor executor) {
        super("SHA-256");
        hashing = new AsyncTask(executor, digest::update);
        ring = new BufferRing(() -> ByteBuffer.allocate(PIECE_BYTES), List.of(hashing));
        current = ring.next();
    }

    @Override
    protected void engineUpdate(byte input) {
        engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (!current.hasRemaining()) {
                ring.show(current.flip()).release();
                current = ring.next();
            }
            int part = Math.min(left, current.remaining());
            current.put(input, from, part);
            from += part;
            left -= part;
        }
    }

    @Override
    protected byte[] engineDigest() {
        hashing.finish();
        digest.update(current.flip());
        current.clear();
        return digest.digest();
    }

    @Override
    protected void engineReset() {
        byte[] unused = engineDigest();
        Arrays.fill(unused, (byte) 0);
    }
}
