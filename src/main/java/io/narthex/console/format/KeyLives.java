package io.narthex.console.format;

import io.narthex.key.KeyState;
import io.narthex.key.PublishedKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a cache and their lives, on one time line.
 *
 * @param from where the line begins, in words; likewise {@code until}
 * @param now its place on the line, from 0 to 1000
 */
public record KeyLives(String from, String until, int now, List<Life> keys) {
    public static final KeyLives NONE = new KeyLives("", "", 0, List.of());

    /** Of the line. */
    private static final int LENGTH = 1_000;
    /** A key whose life is a dot is seen all the same. */
    private static final int SHORTEST = 6;

    /** What lies ahead is shown too, where little has passed. */
    private static final Duration AHEAD = Duration.ofDays(30);

    public KeyLives {
        keys = List.copyOf(keys);
    }

    /**
     * A key.
     *
     * @param state in lower case
     * @param dates of its life, in words
     * @param begin its place on the line, likewise {@code length}
     * @param isAlive whether it can be revoked with an effect
     */
    public record Life(
            String name, String publicKey, String state, String dates, int begin, int length, boolean isAlive) {}

    public static KeyLives of(List<PublishedKey> keys, Instant now) {
        if (keys.isEmpty()) {
            return NONE;
        }
        Instant first = keys.stream()
                .map(PublishedKey::createdAt)
                .min(Comparator.naturalOrder())
                .orElse(now);
        Instant ahead = now.plus(AHEAD);
        Instant last = keys.stream()
                .flatMap(key -> Stream.ofNullable(key.nextAt()))
                .filter(ahead::isBefore)
                .max(Comparator.naturalOrder())
                .orElse(ahead);
        Line line = new Line(first, last);
        return new KeyLives(
                PageText.moment(first),
                PageText.moment(last),
                line.place(now),
                keys.stream().map(key -> life(key, line, last)).toList());
    }

    private record Line(Instant first, Instant last) {
        int place(Instant at) {
            double all = Math.max(1, Duration.between(first, last).toSeconds());
            return (int) (Duration.between(first, at).toSeconds() / all * LENGTH);
        }
    }

    private static Life life(PublishedKey key, Line line, Instant last) {
        Instant ended = key.revokedAt() != null ? key.revokedAt() : key.retiredAt();
        int begin = line.place(key.createdAt());
        int end = line.place(ended == null ? last : ended);
        return new Life(
                key.publicKey().name(),
                key.publicKey().toString(),
                key.state().name().toLowerCase(Locale.ROOT),
                dates(key),
                Math.min(begin, LENGTH - SHORTEST),
                Math.max(SHORTEST, end - begin),
                key.state() != KeyState.REVOKED);
    }

    private static String dates(PublishedKey key) {
        return Stream.of(
                        date("made", key.createdAt()),
                        date("active", key.activeAt()),
                        date("retiring", key.retiringAt()),
                        date("retired", key.retiredAt()),
                        date("revoked", key.revokedAt()),
                        date("next step", key.nextAt()))
                .filter(text -> !text.isEmpty())
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
    }

    private static String date(String what, @Nullable Instant at) {
        return at == null ? "" : what + " " + PageText.moment(at);
    }
}
