package io.narthex.access;

import io.narthex.access.token.TokenDigest;
import io.narthex.configuration.Secret;
import io.narthex.nix.hash.HashAlgorithm;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Knows the administrator's token as its file has it now. Thread-safe.
 *
 * <p>The file is read again at the first question that comes {@link #FRESH} after the last reading, whole, since size and
 * time can be the same for another content.
 */
final class AdminToken {
    /** A changed file must count within five seconds; it is a few bytes in the page cache. */
    static final Duration FRESH = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(AdminToken.class.getName());

    private final AdminTokenFile file;
    private final Clock clock;
    private volatile @Nullable Reading last;

    AdminToken(AdminTokenFile file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /** Whether this is the administrator's token. */
    boolean matches(Secret presented) {
        TokenDigest digest = TokenDigest.of(presented);
        return current().digest().filter(digest::matches).isPresent();
    }

    /**
     * What shows later that the token is still the one that it is now, to who has the key.
     *
     * @param key random: without it nobody can find out by trying of which token this is the proof
     */
    Optional<byte[]> proof(byte[] key) {
        return current().digest().map(digest -> {
            MessageDigest sha256 = HashAlgorithm.SHA256.newDigest();
            sha256.update(key);
            return sha256.digest(digest.toBytes());
        });
    }

    /** Whether it was when the file was read last, by whomever; looks at no file, and decides nothing. */
    boolean matchedLast(Secret presented) {
        Reading known = last;
        return known != null
                && known.digest().isPresent()
                && known.digest().get().matches(TokenDigest.of(presented));
    }

    private synchronized Reading current() {
        Instant now = clock.instant();
        Reading known = last;
        if (known == null || !known.isFresh(now)) {
            known = read(now, known);
            last = known;
        }
        return known;
    }

    private Reading read(Instant now, @Nullable Reading before) {
        try {
            return new Reading(now, file.read().map(TokenDigest::of), "empty");
        } catch (IOException e) {
            // the exception's message is the path, or a byte of the token that is no UTF-8
            Reading failed = new Reading(now, Optional.empty(), e.getClass().getSimpleName());
            if (before == null || before.digest().isPresent()) {
                LOG.log(Level.ERROR, "event=admin-token-unreadable cause={0}: no token is valid", failed.reason());
            }
            return failed;
        }
    }

    private record Reading(Instant at, Optional<TokenDigest> digest, String reason) {
        boolean isFresh(Instant now) {
            // a clock that was set back makes nothing fresh
            return !now.isBefore(at) && now.isBefore(at.plus(FRESH));
        }
    }
}
