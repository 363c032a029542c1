package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is hidden because nothing keeps it, until it is removed or somebody needs it again. */
@ExtendWith(SharedServer.class)
class HiddenPathIT {
    private static final String HIDE = """
        with hidden as (update uploaded_path set condemned_at = now() where hash = ? returning cache_id, hash)
        insert into change (kind, subject, hash) select 'path', cache_id, hash from hidden
        """;

    private final Rows rows = Rows.ofServer();
    private final Random random = new Random();

    private TenantCache cache;
    private HandPush library;
    private HandPush program;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
        library = HandPush.small(random);
        program = HandPush.small(random, library);
        for (HandPush push : new HandPush[] {library, program}) {
            assertThat(push.putNar(cache)).isEqualTo(201);
            assertThat(push.putNarInfo(cache)).isEqualTo(201);
        }
        // in memory from now on
        assertThat(status(program)).isEqualTo(200);
        hide(program);
        hide(library);
    }

    private void hide(HandPush push) throws Exception {
        // a use that was noted before is written within a second, and brings a path back: then it is hidden again
        Instant end = Instant.now().plusSeconds(60);
        while (status(push) != 404 && Instant.now().isBefore(end)) {
            Thread.sleep(1_500);
            assertThat(rows.change(HIDE, push.path().hash().toBytes())).isEqualTo(1);
            for (int i = 0; i < 50 && status(push) != 404; i++) {
                Thread.sleep(20);
            }
        }
        assertThat(status(push)).isEqualTo(404);
    }

    private int status(HandPush push) throws Exception {
        return cache.get(push.narInfoUrl()).statusCode();
    }

    @Test
    void itsNarIsStillSentToWhoeverHasItsNarInfo() throws Exception {
        assertThat(program.get(cache).body()).isEqualTo(program.file());
    }

    @Test
    void itsNarInfoBringsItBackWithAllThatItNeedsAndWithoutAnUpload() throws Exception {
        assertThat(program.putNarInfo(cache)).isEqualTo(200);

        assertThat(status(program)).isEqualTo(200);
        assertThat(status(library)).isEqualTo(200);
    }

    @Test
    void aNewPathBringsBackWhatItRefersToAndNothingElse() throws Exception {
        HandPush other = HandPush.small(random, library);
        assertThat(other.putNar(cache)).isEqualTo(201);
        assertThat(other.putNarInfo(cache)).isEqualTo(201);

        assertThat(status(library)).isEqualTo(200);
        assertThat(status(program)).isEqualTo(404);
    }

    @Test
    void theApplicationCannotDeleteARowOtherwiseThanByTheFunctionThatKeepsARecord() throws Exception {
        assertThat(rows.texts(
                        "select has_table_privilege(?, 'uploaded_path', 'delete')", System.getProperty("it.db.user")))
                .containsExactly("f");
    }
}
