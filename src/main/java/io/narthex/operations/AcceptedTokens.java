package io.narthex.operations;

import io.narthex.nix.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Remembers for an hour which credentials were good, by their digests: the numbers are wanted most while the database is away, and
 * then nobody can look a token up. Thread-safe.
 */
final class AcceptedTokens {
    private static final long KEPT_NANOS = TimeUnit.HOURS.toNanos(1);

    /** More than one organisation has of what asks for numbers. */
    private static final int MOST = 16;

    private final LongSupplier nanos;
    private final Map<String, Long> accepted = new LinkedHashMap<>();

    AcceptedTokens(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized void add(List<String> credentials) {
        String digest = digest(credentials);
        accepted.remove(digest);
        accepted.put(digest, nanos.getAsLong());
        if (accepted.size() > MOST) {
            accepted.remove(accepted.keySet().iterator().next());
        }
    }

    /** They are not good any more. */
    synchronized void remove(List<String> credentials) {
        accepted.remove(digest(credentials));
    }

    synchronized boolean has(List<String> credentials) {
        Long at = accepted.get(digest(credentials));
        return at != null && nanos.getAsLong() - at < KEPT_NANOS;
    }

    private static String digest(List<String> credentials) {
        byte[] text = String.join("\n", credentials).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(HashAlgorithm.SHA256.newDigest().digest(text));
    }
}
