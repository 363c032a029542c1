package io.narthex.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jose4j.jws.JsonWebSignature;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the public keys of issuers in memory and asks for them where they are old or lack one. One thread asks an issuer at
 * a time; few wait for it. Thread-safe.
 */
final class IssuerKeys {
    /** A key that its issuer has taken back counts no longer than this; a new one is published long before it signs. */
    static final Duration FRESH = Duration.ofMinutes(10);
    /** An issuer that cannot be reached stops nobody for so long. */
    static final Duration USABLE = Duration.ofHours(1);
    /** Of questions for a key that is not known: anybody can make up its name. */
    static final Duration BETWEEN_UNKNOWN = Duration.ofMinutes(1);
    /** After an answer that was none. */
    static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

    /** Of both documents together: builds wait, and so does a thread. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Bytes. The largest that is known has 15 kB. */
    private static final int MOST = 256 << 10;
    /** OpenID Connect Discovery 1.0, 4. */
    private static final String DISCOVERY = "/.well-known/openid-configuration";
    /** Threads that wait for issuers, of the 24 that answer requests. */
    private static final int WAITING = 8;

    private static final ObjectMapper JSON = new JsonResolver().getContext(JsonNode.class);

    private final IssuerDocuments documents;
    private final Clock clock;
    private final Map<Integer, Known> known = new ConcurrentHashMap<>();
    private final Semaphore waiting = new Semaphore(WAITING);

    IssuerKeys(IssuerDocuments documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /** What is known of one issuer as it is set. */
    private static final class Known {
        private final long version;
        private final ReentrantLock asking = new ReentrantLock();
        private volatile @Nullable KeySet keys;
        private volatile Instant readAt = Instant.MIN;
        private volatile Instant failedAt = Instant.MIN;
        private volatile Instant missedAt = Instant.MIN;
        private volatile String failure = "";

        Known(long version) {
            this.version = version;
        }
    }

    /** Says that an issuer gives no keys now. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1;

        UnavailableException(String sentence) {
            super(sentence);
        }
    }

    /** Says that enough threads wait for issuers already. */
    static final class BusyException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BusyException() {
            super("others wait for issuers already");
        }
    }

    /**
     * The keys of an issuer, with the one that a token names if the issuer has it. May wait for the issuer.
     *
     * @throws UnavailableException where it has given none
     * @throws BusyException where too many wait already
     */
    KeySet of(Issuer issuer, JsonWebSignature token) throws UnavailableException {
        Known one = known.compute(
                issuer.id(),
                (id, was) -> was == null || was.version != issuer.version() ? new Known(issuer.version()) : was);
        KeySet keys = one.keys;
        if (keys != null && (isUploaded(issuer) || !isDue(one, keys, token) || isBeingReplaced(one, keys, token))) {
            return keys;
        }
        ask(one, issuer, token);
        KeySet now = one.keys;
        if (now == null || !(isUploaded(issuer) || isUsable(one))) {
            throw new UnavailableException(one.failure);
        }
        return now;
    }

    private static boolean isUploaded(Issuer issuer) {
        return issuer.settings().jwks() != null;
    }

    private boolean isUsable(Known one) {
        return clock.instant().isBefore(one.readAt.plus(USABLE));
    }

    /** Whether the keys will do while another thread asks for newer ones. */
    private boolean isBeingReplaced(Known one, KeySet keys, JsonWebSignature token) {
        return one.asking.isLocked() && isUsable(one) && !keys.of(token).isEmpty();
    }

    private boolean isDue(Known one, @Nullable KeySet keys, JsonWebSignature token) {
        Instant now = clock.instant();
        if (now.isBefore(one.failedAt.plus(AFTER_FAILURE))) {
            return false;
        }
        if (keys == null || !now.isBefore(one.readAt.plus(FRESH))) {
            return true;
        }
        return keys.of(token).isEmpty() && !now.isBefore(one.missedAt.plus(BETWEEN_UNKNOWN));
    }

    private void ask(Known one, Issuer issuer, JsonWebSignature token) {
        if (!waiting.tryAcquire()) {
            throw new BusyException();
        }
        try {
            one.asking.lock();
            try {
                // whoever was before may have asked
                KeySet keys = one.keys;
                if (isDue(one, keys, token)) {
                    if (keys != null && keys.of(token).isEmpty()) {
                        one.missedAt = clock.instant();
                    }
                    read(one, issuer);
                }
            } finally {
                one.asking.unlock();
            }
        } finally {
            waiting.release();
        }
    }

    private void read(Known one, Issuer issuer) {
        try {
            String uploaded = issuer.settings().jwks();
            one.keys = KeySet.parse(uploaded == null ? fetch(issuer.settings().url()) : uploaded);
            one.readAt = clock.instant();
        } catch (IOException | KeySet.UnusableException e) {
            one.failure = String.valueOf(e.getMessage());
            one.failedAt = clock.instant();
        }
    }

    private String fetch(String issuer) throws IOException {
        Instant end = clock.instant().plus(PATIENCE);
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        JsonNode found = JSON.readTree(documents.get(URI.create(base + DISCOVERY), MOST, PATIENCE));
        if (!issuer.equals(found.path("issuer").asText())) {
            throw new IOException("its discovery names another issuer");
        }
        URI keys;
        try {
            keys = URI.create(found.path("jwks_uri").asText());
        } catch (IllegalArgumentException e) {
            throw new IOException("its discovery has no jwks_uri", e);
        }
        if (!"https".equals(keys.getScheme()) || keys.getHost() == null) {
            throw new IOException("its jwks_uri is no URL with https");
        }
        Duration left = Duration.between(clock.instant(), end);
        if (!left.isPositive()) {
            throw new IOException("it takes longer than " + PATIENCE.toSeconds() + " seconds");
        }
        return new String(documents.get(keys, MOST, left), StandardCharsets.UTF_8);
    }
}
