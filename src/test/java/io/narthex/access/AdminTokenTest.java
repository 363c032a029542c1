package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {
    private static final Secret OLD = new Secret("narthex_old");
    private static final Secret NEW = new Secret("narthex_new");

    @TempDir
    Path directory;

    private final HandClock clock = new HandClock();
    private Path path = Path.of("");
    private AdminToken token = new AdminToken(new AdminTokenFile(path), clock);

    @BeforeEach
    void write() throws IOException {
        path = directory.resolve("admin-token");
        Files.writeString(path, OLD.reveal() + "\n");
        token = new AdminToken(new AdminTokenFile(path), clock);
    }

    @Test
    void matchesWhatTheFileHoldsAndNothingElse() {
        assertThat(token.matches(OLD)).isTrue();
        assertThat(token.matches(NEW)).isFalse();
        assertThat(token.matches(Secret.NONE)).isFalse();
        assertThat(token.matches(new Secret(OLD.reveal() + "x"))).isFalse();
    }

    @Test
    void isAnotherFiveSecondsAfterTheFileIsWrittenAlsoWithTheSameSizeAndTime() throws IOException {
        assertThat(token.matches(OLD)).isTrue();
        FileTime time = Files.getLastModifiedTime(path);
        Files.writeString(path, NEW.reveal() + "\n");
        Files.setLastModifiedTime(path, time);
        clock.pass(Duration.ofSeconds(5));
        assertThat(token.matches(NEW)).isTrue();
        assertThat(token.matches(OLD)).isFalse();
    }

    @Test
    void isNoneWhileTheFileIsMissingAndValidAgainAfterwards() throws IOException {
        assertThat(token.matches(OLD)).isTrue();
        Files.delete(path);
        clock.pass(Duration.ofSeconds(5));
        assertThat(token.matches(OLD)).isFalse();
        Files.writeString(path, OLD.reveal());
        clock.pass(Duration.ofSeconds(5));
        assertThat(token.matches(OLD)).isTrue();
    }

    @Test
    void isNoneWhileTheFileIsEmpty() throws IOException {
        Files.writeString(path, "");
        assertThat(token.matches(Secret.NONE)).isFalse();
        assertThat(token.matches(OLD)).isFalse();
    }

    @Test
    void isReadAgainAfterTheClockWasSetBack() throws IOException {
        assertThat(token.matches(OLD)).isTrue();
        Files.writeString(path, NEW.reveal());
        clock.pass(Duration.ofHours(-1));
        assertThat(token.matches(NEW)).isTrue();
    }

    /** Goes when it is told to. */
    private static final class HandClock extends Clock {
        private Instant now = Instant.parse("2026-11-22T10:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
