package io.narthex.receive;

import io.narthex.cache.Cache;
import io.narthex.quota.QuotaFullException;
import io.narthex.quota.Reservation;
import io.narthex.retention.Evictions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** Room in quotas for one upload, with words for where there is none. Used by one thread. */
public final class UploadRoom implements AutoCloseable {
    /** Uploads beside this one may take the room that was made: five times in a row on a busy machine, but not for ever. */
    private static final int MOST_EVICTIONS = 50;

    private final Cache cache;
    private final Reservation reservation;
    private final Evictions evictions;

    UploadRoom(Cache cache, Reservation reservation, Evictions evictions) {
        this.cache = cache;
        this.reservation = reservation;
        this.evictions = evictions;
    }

    /**
     * Makes it so large at least. A full cache that evicts gives up what was used longest ago.
     *
     * @throws RefusedException where a quota is full
     */
    public void cover(long bytes) {
        for (int evictions = 0; !isCovered(bytes, evictions < MOST_EVICTIONS); evictions++) {
            // somebody else may have taken what was made free
        }
    }

    /** False where there was no room, and some was made. */
    private boolean isCovered(long bytes, boolean evicting) {
        try {
            reservation.cover(bytes);
            return true;
        } catch (QuotaFullException e) {
            if (evicting && e.isOfCache() && evictions.makeRoom(cache, e.wanted())) {
                return false;
            }
            throw refused(e);
        }
    }

    private RefusedException refused(QuotaFullException e) {
        return Refusal.QUOTA_EXCEEDED
                .because(
                        e.isOfCache() ? "the cache " + cache.fullName() : "the tenant " + cache.tenant(),
                        e.used(),
                        e.most(),
                        e.wanted(),
                        e.isOfCache() ? "who administers the cache" : "the server's administrator")
                .after(e);
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
