package io.narthex.trust;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * Counts the attempts of each address, so that nobody makes the server verify signatures all day. What succeeds is given
 * back: many builds may come from one address. Thread-safe.
 */
final class ExchangeLimit {
    /** A person who sets up a build makes no more mistakes at once. */
    static final int BURST = 60;
    /** So long one attempt is counted. */
    static final Duration REFILL = Duration.ofSeconds(1);

    /** Addresses; each costs some hundred bytes. */
    private static final int MOST = 20_000;

    private final Cache<String, Attempts> addresses = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(REFILL.multipliedBy(BURST))
            .build();

    /** Tells the time, in nanoseconds from any beginning. */
    interface Ticker {
        long read();
    }

    private final Ticker ticker;

    ExchangeLimit(Ticker ticker) {
        this.ticker = ticker;
    }

    private static final class Attempts {
        private double left = BURST;
        private long at;

        Attempts(long at) {
            this.at = at;
        }

        synchronized boolean take(long now) {
            left = Math.min(BURST, left + (double) (now - at) / REFILL.toNanos());
            at = now;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }

        synchronized void giveBack() {
            left = Math.min(BURST, left + 1);
        }
    }

    /** Whether an address may try once more now. */
    boolean take(String address) {
        long now = ticker.read();
        return addresses.get(address, unused -> new Attempts(now)).take(now);
    }

    /** An attempt does not count after all. */
    void giveBack(String address) {
        Attempts attempts = addresses.getIfPresent(address);
        if (attempts != null) {
            attempts.giveBack();
        }
    }
}
