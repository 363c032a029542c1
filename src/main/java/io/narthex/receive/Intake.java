package io.narthex.receive;

import io.narthex.blob.DirectBuffers;
import io.narthex.nix.nar.PassableStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of an upload: limits it, counts it, and shows it to others, who hash and keep it meanwhile. It
 * remembers what broke the body, since a decompressor may hide that behind an exception of its own.
 */
final class Intake extends PassableStream {
    /**
     * A decompressor that gives nothing for so many bytes reads a header without end. The largest piece of a format
     * without output, a bzip2 block or a frame of lz4, has 1 or 4 MiB.
     */
    private static final long MOST_SILENT = 5L << 20;

    /** Larger ones leave the processor's cache, smaller ones wake other threads more often. */
    static final int PIECE_BYTES = 512 << 10;

    private static final DirectBuffers BUFFERS = new DirectBuffers(PIECE_BYTES);

    private final ReadableByteChannel body;
    private final long most;
    private final OptionalLong promised;
    private final List<AsyncTask> tasks;
    private final BufferRing ring;

    private ByteBuffer current = ByteBuffer.allocate(0);
    private BufferRing.@Nullable Shown shown;
    private long received;
    private long count;
    private long heard;
    private boolean over;
    private @Nullable Exception failure;

    /** @param tasks get all that comes */
    Intake(ReadableByteChannel body, OptionalLong promised, long most, AsyncTask... tasks) {
        this.body = body;
        this.promised = promised;
        this.most = most;
        this.tasks = List.of(tasks);
        ring = new BufferRing(BUFFERS::take, this.tasks);
    }

    /** So many bytes of those that come next, or all there are; they are read again afterwards. */
    byte[] peek(int bytes) throws IOException {
        if (!current.hasRemaining()) {
            refill();
        }
        byte[] start = new byte[Math.min(bytes, current.remaining())];
        current.get(current.position(), start);
        return start;
    }

    /** Bytes that were read from here. */
    long count() {
        return count;
    }

    boolean ended() {
        return over && !current.hasRemaining();
    }

    /** Says that what came was of use. */
    void hear() {
        heard = count;
    }

    boolean isSilent() {
        return count - heard > MOST_SILENT;
    }

    /**
     * Returns when the others are done with all that came.
     *
     * @throws IOException from one of them
     */
    void finish() throws IOException {
        release();
        tasks.forEach(AsyncTask::finish);
        requireAsides();
    }

    /** Throws what broke this, if anything did. */
    void rethrow() throws IOException {
        if (failure instanceof RefusedException refused) {
            throw refused;
        }
        if (failure instanceof IOException broken) {
            throw broken;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int part = coming(length);
        if (part > 0) {
            current.get(target, offset, part);
            count += part;
        }
        return part;
    }

    @Override
    public int pass(long length) throws IOException {
        int part = coming(length);
        if (part > 0) {
            current.position(current.position() + part);
            count += part;
        }
        return part;
    }

    /** How many of so many bytes are at hand, or -1 at the end. */
    private int coming(long length) throws IOException {
        rethrow();
        if (length == 0) {
            return 0;
        }
        return current.hasRemaining() || refill() ? (int) Math.min(length, current.remaining()) : -1;
    }

    private boolean refill() throws IOException {
        try {
            if (!over) {
                receive();
            }
            return current.hasRemaining();
        } catch (RefusedException | IOException e) {
            failure = e;
            throw e;
        }
    }

    private void receive() throws IOException {
        release();
        requireAsides();
        ByteBuffer piece = ring.next();
        try {
            fill(piece);
        } catch (IOException | RuntimeException e) {
            ring.giveBack(piece);
            throw e;
        }
        current = piece.duplicate().flip();
        shown = ring.show(piece.flip());
    }

    private void fill(ByteBuffer piece) throws IOException {
        while (piece.hasRemaining() && !over) {
            int read = read(piece);
            over = read < 0;
            received += Math.max(read, 0);
            if (received > most) {
                throw Refusal.FILE_TOO_LARGE.because(most);
            }
        }
        if (over && promised.isPresent() && received < promised.getAsLong()) {
            throw cut(null);
        }
    }

    private int read(ByteBuffer piece) {
        try {
            return body.read(piece);
        } catch (IOException e) {
            throw cut(e);
        }
    }

    private RefusedException cut(@Nullable IOException cause) {
        String wanted = promised.isPresent() ? " of " + promised.getAsLong() : "";
        String slow = cause instanceof InterruptedIOException ? ": " + cause.getMessage() : "";
        return Refusal.BODY_CUT.because(received, wanted, slow).after(cause);
    }

    private void release() {
        if (shown != null) {
            shown.release();
            shown = null;
        }
    }

    private void requireAsides() throws IOException {
        for (AsyncTask task : tasks) {
            switch (task.failure()) {
                case null -> {}
                case IOException broken -> throw broken;
                case Throwable unexpected -> throw new IllegalStateException("a body cannot be kept", unexpected);
            }
        }
    }

    /** Ends what is under way; the others get nothing more. The body stays open. */
    @Override
    public void close() {
        release();
        tasks.forEach(AsyncTask::stop);
        ring.drain(BUFFERS::giveBack);
    }
}
