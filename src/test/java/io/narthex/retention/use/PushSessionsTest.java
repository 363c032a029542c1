package io.narthex.retention.use;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.cache.Cache;
import io.narthex.cache.SampleCache;
import io.narthex.cache.Source;
import io.narthex.cache.Visibility;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PushSessionsTest {
    private static final Cache CI = SampleCache.evicting(1, "acme", "ci");
    private static final Cache WEB = SampleCache.evicting(2, "acme", "web");

    private final AtomicLong seconds = new AtomicLong(1_000);
    private final PushSessions sessions = new PushSessions(() -> TimeUnit.SECONDS.toNanos(seconds.get()));

    @Test
    void tellsOfEachTokenInEachCacheOnceInAWhile() {
        sessions.note(CI, 7);
        sessions.note(CI, 7);
        sessions.note(CI, 8);
        sessions.note(WEB, 7);
        assertThat(sessions.take())
                .containsExactlyInAnyOrder(
                        new PushSessions.Pusher(1, 7), new PushSessions.Pusher(1, 8), new PushSessions.Pusher(2, 7));
        sessions.note(CI, 7);
        assertThat(sessions.take()).isEmpty();
        seconds.addAndGet(31);
        assertThat(sessions.take()).containsExactly(new PushSessions.Pusher(1, 7));
        seconds.addAndGet(31);
        assertThat(sessions.take()).isEmpty();
    }

    @Test
    void tellsAgainOfWhatCouldNotBeWritten() {
        sessions.note(CI, 7);
        sessions.giveBack(sessions.take());
        assertThat(sessions.take()).containsExactly(new PushSessions.Pusher(1, 7));
    }

    @Test
    void countsABodyThatComesForHours() {
        PushSessions.Body body = sessions.begin(CI, null);
        for (int i = 0; i < 3; i++) {
            assertThat(sessions.take()).containsExactly(new PushSessions.Pusher(1, 0));
            assertThat(sessions.take()).isEmpty();
            seconds.addAndGet(31);
        }
        body.end();
        assertThat(sessions.take()).containsExactly(new PushSessions.Pusher(1, 0));
        seconds.addAndGet(31);
        assertThat(sessions.take()).isEmpty();
    }

    @Test
    void holdsNothingOfACacheThatKeepsAll() {
        Cache keeps = SampleCache.of(3, "acme", "releases", Visibility.PUBLIC, Source.UPLOADS);
        sessions.note(keeps, 7);
        sessions.begin(keeps, 8L).end();
        assertThat(sessions.take()).isEmpty();
    }

    @Test
    void holdsAsManyOfATenantAsItMay() {
        for (int token = 1; token <= PushSessions.MOST_OF_TENANT + 10; token++) {
            sessions.note(CI, token);
            sessions.begin(CI, (long) token).end();
        }
        assertThat(sessions.take()).hasSize(PushSessions.MOST_OF_TENANT);
    }
}
