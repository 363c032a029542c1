package io.narthex.meter;

import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts how the requests of one kind ended, what they moved, and how long they took. Thread-safe. */
final class RequestCounts {
    /** What is answered here; any other is counted as {@link #OTHER}. */
    static final int[] STATUSES = {
        200, 201, 202, 204, 206, 302, 303, 304, 400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 415, 416, 421, 429,
        500, 501, 503
    };

    /** Index behind the known ones. */
    static final int OTHER = STATUSES.length;

    /** Statuses have three digits. */
    private static final int BEHIND_LAST = 1000;

    /** By status, where it stands in {@link #STATUSES}. */
    private static final byte[] INDEX = new byte[BEHIND_LAST];

    static {
        Arrays.fill(INDEX, (byte) OTHER);
        for (int i = 0; i < STATUSES.length; i++) {
            INDEX[STATUSES[i]] = (byte) i;
        }
    }

    private final LongAdder[] answers = new LongAdder[OTHER + 1];
    private final LongAdder sent = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder broken = new LongAdder();

    /** Null until there is a registry. */
    private volatile @Nullable Timer duration;

    RequestCounts() {
        Arrays.setAll(answers, i -> new LongAdder());
    }

    /** A request ended that had brought an answer so far. */
    void countAnswer(int status, long bytes, long nanos) {
        answers[status >= 0 && status < BEHIND_LAST ? INDEX[status] : OTHER].increment();
        sent.add(bytes);
        Timer timer = duration;
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Bytes of a body came; less than none is the end of it. */
    void countReceived(long bytes) {
        if (bytes > 0) {
            received.add(bytes);
        }
    }

    /** The last byte of an answer did not go out. */
    void countBroken() {
        broken.increment();
    }

    void useTimer(Timer timer) {
        duration = timer;
    }

    /** @param index into {@link #STATUSES}, or {@link #OTHER} */
    long answers(int index) {
        return answers[index].sum();
    }

    /** How many ended with a status of the hundred that begins with {@code first}. */
    long answersFrom(int first) {
        long sum = 0;
        for (int i = 0; i < STATUSES.length; i++) {
            if (STATUSES[i] >= first && STATUSES[i] < first + 100) {
                sum += answers[i].sum();
            }
        }
        return sum;
    }

    long sent() {
        return sent.sum();
    }

    long received() {
        return received.sum();
    }

    long broken() {
        return broken.sum();
    }
}
