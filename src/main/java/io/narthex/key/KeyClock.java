package io.narthex.key;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the time by which keys live, as precisely as the database keeps it.
 *
 * <p>A test sees a year of a key's life in a minute: {@value #VARIABLE} in the server's environment names a file with the
 * moment that it is. Whoever can set that can do anything with the server.
 */
@ApplicationScoped
class KeyClock {
    /** Names that begin so are the tests' own. */
    private static final String VARIABLE = "NARTHEX_TEST_KEY_CLOCK_FILE";

    private static final System.Logger LOG = System.getLogger(KeyClock.class.getName());

    private final Clock clock = Clock.systemUTC();
    private @Nullable Path file;

    @PostConstruct
    void start() {
        String name = System.getenv(VARIABLE);
        if (name != null && !name.isEmpty()) {
            LOG.log(Level.WARNING, "event=test-clock: keys live by the time in {0}", name);
            file = Path.of(name);
        }
    }

    Instant now() {
        Path fixed = file;
        return (fixed == null ? clock.instant() : read(fixed)).truncatedTo(ChronoUnit.MICROS);
    }

    private static Instant read(Path fixed) {
        try {
            return Instant.parse(Files.readString(fixed).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
