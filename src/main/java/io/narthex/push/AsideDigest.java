package io.narthex.push;

import io.narthex.nix.hash.HashAlgorithm;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * SHA-256 worked out on another thread while this one receives more. What is no larger than one piece is hashed where it
 * is, since handing it over costs more. Holds at most {@value #PIECES} pieces of {@value #PIECE_BYTES} bytes, and lends
 * a hand when hashing falls that far behind. One stream's thread uses it.
 */
final class AsideDigest extends MessageDigest {
    static final int PIECE_BYTES = 256 << 10;
    static final int PIECES = 4;

    private final MessageDigest digest = HashAlgorithm.SHA256.newDigest();
    private final Executor executor;
    private final Semaphore free = new Semaphore(PIECES);
    private final ConcurrentLinkedQueue<Piece> idle = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Piece> full = new ConcurrentLinkedQueue<>();
    /** One while somebody hashes or nothing is to be hashed; so that pieces are hashed one behind the other. */
    private final Semaphore turn = new Semaphore(1);

    private Piece current = new Piece();

    private static final class Piece {
        final byte[] bytes = new byte[PIECE_BYTES];
        int length;
    }

    /** @param executor runs what hashes, which never waits; may run it in the calling thread */
    AsideDigest(Executor executor) {
        super("SHA-256");
        this.executor = executor;
        free.acquireUninterruptibly();
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
            if (current.length == PIECE_BYTES) {
                handOver();
            }
            int part = Math.min(left, PIECE_BYTES - current.length);
            System.arraycopy(input, from, current.bytes, current.length, part);
            current.length += part;
            from += part;
            left -= part;
        }
    }

    private void handOver() {
        full.add(current);
        executor.execute(this::hashFull);
        if (!free.tryAcquire()) {
            hashFull();
            free.acquireUninterruptibly();
        }
        Piece next = idle.poll();
        current = next == null ? new Piece() : next;
        current.length = 0;
    }

    /** Hashes all that is full, unless somebody is at it, who then sees what came meanwhile. */
    private void hashFull() {
        while (!full.isEmpty() && turn.tryAcquire()) {
            try {
                for (Piece piece = full.poll(); piece != null; piece = full.poll()) {
                    digest.update(piece.bytes, 0, piece.length);
                    idle.add(piece);
                    free.release();
                }
            } finally {
                turn.release();
            }
        }
    }

    @Override
    protected byte[] engineDigest() {
        hashFull();
        // every piece but the one at hand is hashed when all others are free
        free.acquireUninterruptibly(PIECES - 1);
        turn.acquireUninterruptibly();
        try {
            digest.update(current.bytes, 0, current.length);
            return digest.digest();
        } finally {
            current.length = 0;
            turn.release();
            free.release(PIECES - 1);
        }
    }

    @Override
    protected void engineReset() {
        byte[] unused = engineDigest();
        Arrays.fill(unused, (byte) 0);
    }
}
