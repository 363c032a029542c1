package io.narthex.blob;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the buffers that bytes pass through between network and disk, so that they are used again. Thread-safe. */
public final class DirectBuffers {
    /** For downloads, measured best: larger ones leave the processor's cache, smaller ones cost calls. */
    public static final int DOWNLOAD_BYTES = 256 << 10;

    /** As disks want the memory that they read from. */
    static final int ALIGNMENT = 4096;

    private static final int KEPT = 64;

    private final ConcurrentLinkedQueue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int bytes;

    /** @param bytes of each */
    public DirectBuffers(int bytes) {
        this.bytes = bytes;
    }

    public ByteBuffer take() {
        ByteBuffer known = idle.poll();
        if (known == null) {
            return ByteBuffer.allocateDirect(bytes + ALIGNMENT - 1)
                    .alignedSlice(ALIGNMENT)
                    .slice(0, bytes);
        }
        count.decrementAndGet();
        return known;
    }

    public void giveBack(ByteBuffer buffer) {
        if (count.incrementAndGet() <= KEPT) {
            idle.add(buffer.clear());
        } else {
            count.decrementAndGet();
        }
    }
}
