package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.AuditAddresses;
import io.narthex.nix.store.StorePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ReadLogTest {
    private static final StorePath PATH = StorePath.parseBaseName("00000000000000000000000000000000-x");
    private static final Instant NOW = Instant.parse("2026-11-26T12:34:56Z");

    private final ReadLog log = new ReadLog(true, AuditAddresses.FULL);
    private final ReadCounts counts = new ReadCounts();

    @Test
    void countsHitsByTheHour() {
        HitCount hits = new HitCount();
        log.hit(hits, 1, 2, PATH);
        log.hit(hits, 1, 2, PATH);
        counts.take(log, NOW);
        log.hit(hits, 1, 2, PATH);
        counts.take(log, NOW.plusSeconds(1));
        log.hit(hits, 1, 2, PATH);
        counts.take(log, NOW.plusSeconds(3600));

        assertThat(counts.hits())
                .extracting(entry -> entry.getKey().hour() + " " + entry.getValue())
                .containsExactly("2026-11-26T12:00:00Z 3", "2026-11-26T13:00:00Z 1");
    }

    @Test
    void losesNoHitWhileItIsWrittenDown() throws Exception {
        HitCount hits = new HitCount();
        int each = 200_000;
        CountDownLatch ended = new CountDownLatch(2);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    log.hit(hits, 1, 2, PATH);
                }
                ended.countDown();
            });
            threads.add(thread);
            thread.start();
        }
        while (ended.getCount() > 0) {
            counts.take(log, NOW);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        counts.take(log, NOW);

        assertThat(counts.hits()).extracting(entry -> entry.getValue()).containsExactly(2L * each);
    }

    @Test
    void countsMissesOfEachCache() {
        log.miss(1, 300);
        log.miss(1, 2);
        log.miss(1, 300);
        counts.take(log, NOW);

        assertThat(counts.misses())
                .extracting(entry -> entry.getKey().cacheId() + " " + entry.getValue())
                .containsExactly("2 1", "300 2");
    }

    @Test
    void dropsWhatMemoryHasNoRoomForAndSaysHowMany() {
        for (int i = 0; i < ReadLog.MOST_DOWNLOADS + 7; i++) {
            log.downloaded(new Download(NOW, 1, 2, PATH.baseName(), null, null, 1, true));
        }

        assertThat(log.takeDropped()).containsExactly(7, 0);
        assertThat(log.takeDownloads(Integer.MAX_VALUE)).hasSize(ReadLog.MOST_DOWNLOADS);
        log.downloaded(new Download(NOW, 1, 2, PATH.baseName(), null, null, 1, true));
        assertThat(log.takeDownloads(10)).hasSize(1);
    }

    @Test
    void keepsNothingWhenItIsOff() {
        ReadLog off = new ReadLog(false, AuditAddresses.FULL);
        off.hit(new HitCount(), 1, 2, PATH);
        off.miss(1, 2);
        off.downloaded(new Download(NOW, 1, 2, PATH.baseName(), null, null, 1, true));
        counts.take(off, NOW);

        assertThat(counts.hits()).isEmpty();
        assertThat(counts.misses()).isEmpty();
        assertThat(off.takeDownloads(10)).isEmpty();
    }
}
