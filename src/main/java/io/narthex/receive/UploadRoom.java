package io.narthex.receive;

import io.narthex.cache.Cache;
import io.narthex.quota.QuotaFullException;
import io.narthex.quota.Reservation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** Room in quotas for one upload, with words for where there is none. Used by one thread. */
public final class UploadRoom implements AutoCloseable {
    private final Cache cache;
    private final Reservation reservation;

    UploadRoom(Cache cache, Reservation reservation) {
        this.cache = cache;
        this.reservation = reservation;
    }

    /**
     * Makes it so large at least.
     *
     * @throws RefusedException where a quota is full
     */
    public void cover(long bytes) {
        try {
            reservation.cover(bytes);
        } catch (QuotaFullException e) {
            throw Refusal.QUOTA_EXCEEDED
                    .because(
                            e.isOfCache() ? "the cache " + cache.fullName() : "the tenant " + cache.tenant(),
                            e.used(),
                            e.most(),
                            e.wanted(),
                            e.isOfCache() ? "who administers the cache" : "the server's administrator")
                    .after(e);
        }
    }

    /** A body whose bytes are covered as they come, where its length was not told before. */
    ReadableByteChannel covering(ReadableByteChannel body, OptionalLong promised) {
        return promised.isPresent() ? body : new Covered(body);
    }

    /** Holds the room until the upload is counted. */
    void holdUntil(CompletionStage<?> counted) {
        reservation.holdUntil(counted);
    }

    /** The upload is counted. */
    public void counted() {
        reservation.counted();
    }

    @Override
    public void close() {
        reservation.close();
    }

    private final class Covered implements ReadableByteChannel {
        private final ReadableByteChannel body;
        private long come;

        Covered(ReadableByteChannel body) {
            this.body = body;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int read = body.read(target);
            come += Math.max(read, 0);
            cover(come);
            return read;
        }

        @Override
        public boolean isOpen() {
            return body.isOpen();
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
