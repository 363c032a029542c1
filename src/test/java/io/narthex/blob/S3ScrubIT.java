package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.push.HandPush;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a bucket that somebody has changed behind the server's back. */
class S3ScrubIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int FILES = 10;

    private static final String PREFIX = "some/prefix/";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final Random random = new Random(5);

    @Test
    void findsWhatWasRemovedChangedAndCutAndLeavesWhatWasAdded() throws Exception {
        try (S3Server s3 = new S3Server();
                OwnServer server = OwnServer.start(directory, S3PushIT.settings(s3))) {
            TenantCache cache = server.cache("{}");
            List<HandPush> pushes = new ArrayList<>();
            for (int i = 0; i < FILES; i++) {
                pushes.add(pushed(cache));
            }
            tampered(s3, server, cache, pushes);
        }
    }

    private static void tampered(S3Server s3, OwnServer server, TenantCache cache, List<HandPush> pushes)
            throws Exception {
        HandPush removed = pushes.get(0);
        HandPush changed = pushes.get(1);
        HandPush cut = pushes.get(2);
        s3.remove(name(server, removed));
        byte[] bytes = changed.file().clone();
        bytes[bytes.length / 2] ^= 1;
        s3.put(name(server, changed), bytes);
        s3.put(name(server, cut), new byte[10]);
        s3.fill("some/prefix", 3);

        server.jobs().run("reconcile");
        assertThat(status(cache, removed)).isEqualTo(404);
        assertThat(status(cache, changed)).isEqualTo(200);
        server.jobs().run("scrub");
        assertThat(status(cache, changed)).isEqualTo(404);
        assertThat(status(cache, cut)).isEqualTo(200);
        assertThat(server.rows().texts("select kind from scrub_finding where healed_at is null order by kind"))
                .containsExactly("missing", "unreadable", "wrong");
        // what somebody has put there may belong to a push that is under way: it has a day
        server.jobs().run("sweep");
        assertThat(s3.names()).hasSize(FILES - 1 + 3);

        for (HandPush push : List.of(removed, changed)) {
            assertThat(push.putNar(cache)).isEqualTo(201);
            assertThat(push.putNarInfo(cache)).isEqualTo(200);
            awaitStatus(cache, push);
            assertThat(cache.get(push.url()).body()).isEqualTo(push.file());
        }
        s3.put(name(server, cut), cut.file());
        server.jobs().run("scrub");
        assertThat(server.rows().texts("select kind from scrub_finding where healed_at is null"))
                .isEmpty();
        assertThat(cache.get(cut.url()).body()).isEqualTo(cut.file());
    }

    private HandPush pushed(TenantCache cache) throws Exception {
        HandPush push = HandPush.sized(100_000, random);
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    /** The object that has the file of a path. */
    private static String name(OwnServer server, HandPush push) throws Exception {
        return PREFIX
                + server.rows()
                        .texts(
                                "select b.storage_key from blob b join uploaded_path p on p.blob_id = b.id where p.hash"
                                        + " = ?",
                                push.path().hash().toBytes())
                        .getFirst();
    }

    private static int status(TenantCache cache, HandPush push) throws Exception {
        return cache.get(push.narInfoUrl()).statusCode();
    }

    private static void awaitStatus(TenantCache cache, HandPush push) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (status(cache, push) != 200 && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(status(cache, push)).isEqualTo(200);
    }
}
