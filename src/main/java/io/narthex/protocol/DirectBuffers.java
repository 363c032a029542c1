package io.narthex.protocol;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The buffers that NARs are packed through, kept for the next one. Thread-safe. */
final class DirectBuffers {
    /** Measured best: larger ones leave the processor's cache, smaller ones cost calls. */
    static final int BYTES = 256 << 10;

    private static final int KEPT = 64;

    private final ConcurrentLinkedQueue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    ByteBuffer take() {
        ByteBuffer known = idle.poll();
        if (known == null) {
            return ByteBuffer.allocateDirect(BYTES);
        }
        count.decrementAndGet();
        return known;
    }

    void giveBack(ByteBuffer buffer) {
        if (count.incrementAndGet() <= KEPT) {
            idle.add(buffer.clear());
        } else {
            count.decrementAndGet();
        }
    }
}
