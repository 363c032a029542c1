package io.narthex.key;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The time by which keys live, as precise as the database keeps it. */
@ApplicationScoped
class KeyClock {
    private final Clock clock = Clock.systemUTC();

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
