package io.narthex.blob;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the buffers that bytes pass through between network and disk, so that they are used again. What a busy time has left
 * over goes when the heap is collected: 64 of them may hold 32 MB. Thread-safe.
 */
public final class DirectBuffers {
    /** For downloads, measured best: larger ones leave the processor's cache, smaller ones cost calls. */
    public static final int DOWNLOAD_BYTES = 256 << 10;

    /** As disks want the memory that they read from. */
    static final int ALIGNMENT = 4096;

    private static final int KEPT = 64;

    /** The last that was given back is taken first, so that those that nobody needs grow old. */
    private final Deque<SoftReference<ByteBuffer>> idle = new ConcurrentLinkedDeque<>();

    private final AtomicInteger count = new AtomicInteger();
    private final int bytes;

    /** @param bytes of each */
    public DirectBuffers(int bytes) {
        this.bytes = bytes;
    }

    public ByteBuffer take() {
        ByteBuffer known = known();
        return known == null
                ? ByteBuffer.allocateDirect(bytes + ALIGNMENT - 1)
                        .alignedSlice(ALIGNMENT)
                        .slice(0, bytes)
                : known;
    }

    private @Nullable ByteBuffer known() {
        for (SoftReference<ByteBuffer> next = idle.poll(); next != null; next = idle.poll()) {
            count.decrementAndGet();
            ByteBuffer kept = next.get();
            if (kept != null) {
                return kept;
            }
        }
        return null;
    }

    public void giveBack(ByteBuffer buffer) {
        if (count.incrementAndGet() <= KEPT) {
            idle.push(new SoftReference<>(buffer.clear()));
        } else {
            count.decrementAndGet();
        }
    }
}
