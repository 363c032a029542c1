package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.push.HandPush;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What nothing keeps goes, and nothing else. Nobody waits for days: paths are made as old as they have to be. */
@ExtendWith(SharedServer.class)
class RetentionIT {
    private RetainedCache cache;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = RetainedCache.withoutPatience();
    }

    @Test
    void keepsAllForEverUnlessItIsToldOtherwise() throws Exception {
        cache.good("DELETE", "/retention", "");
        HandPush path = cache.push();
        cache.age("4000 days", path);

        assertThat(cache.good("GET", "/retention", "").path("keepDays").isNull())
                .isTrue();
        assertThat(cache.collect(false, true).path("paths").asInt()).isZero();
        assertThat(cache.isHeld(path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"keepDays\":0}                  | 400 | keepDays must be a whole number from 1",
                "{\"keepDays\":-1}                 | 400 | keepDays must be a whole number from 1",
                "{\"graceDays\":-1}                | 400 | graceDays must be a whole number from 0",
                "{\"keepDays\":20,\"graceDays\":9} | 409 | 30 days",
                "{\"keepdays\":40}                 | 400 | There is no field",
            })
    void refusesAPolicyThatCannotBe(String policy, int status, String sentence) throws Exception {
        HttpResponse<String> answer = cache.ask("PUT", "/retention", policy);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(sentence);
    }

    @Test
    void removesWhatNothingKeepsAndRecordsIt() throws Exception {
        HandPush library = cache.push();
        HandPush used = cache.push(library);
        HandPush old = cache.push(library);
        cache.age("3 days", library, old);

        JsonNode dry = cache.collect(true, false);
        assertThat(dry.path("paths").asInt()).isEqualTo(1);
        assertThat(dry.path("freedBytes").asInt()).isEqualTo(old.file().length);
        assertThat(dry.path("largest").path(0).path("path").asText()).isEqualTo(RetainedCache.store(old.path()));
        assertThat(cache.isHeld(old)).isTrue();

        JsonNode run = cache.collect(false, false);
        assertThat(run.path("condemned").asInt()).isEqualTo(1);
        assertThat(run.path("removed").asInt()).isEqualTo(1);
        assertThat(cache.status(old)).isEqualTo(404);
        assertThat(cache.status(used)).isEqualTo(200);
        assertThat(cache.status(library)).isEqualTo(200);
        assertThat(cache.rows()
                        .texts(
                                "select path from audit.removed_paths where run = ? and reason = 'retention'",
                                run.path("id").asLong()))
                .containsExactly(old.path().baseName());
        byte[] sum = HashAlgorithm.SHA256
                .newDigest()
                .digest((old.path().baseName() + "\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(cache.rows()
                        .texts(
                                "select action from audit.events where tenant = ? and (detail->>'count')::int = 1"
                                        + " and detail->>'sha256' = ? order by id",
                                cache.cache().tenant(),
                                HexFormat.of().formatHex(sum)))
                .containsExactly("path-condemned", "path-removed");
    }

    @Test
    void sharedFilesDoNotComeFree() throws Exception {
        HandPush old = cache.push();
        RetainedCache other = RetainedCache.withoutPatience();
        assertThat(old.putNar(other.cache())).isEqualTo(201);
        assertThat(old.putNarInfo(other.cache())).isEqualTo(201);
        cache.age("3 days", old);

        JsonNode dry = cache.collect(true, false);

        assertThat(dry.path("freedBytes").asInt()).isZero();
        assertThat(dry.path("sharedBytes").asInt()).isEqualTo(old.file().length);
    }

    @Test
    void aRunThatWouldRemoveMoreThanHalfIsHeldUntilSomebodyInsists() throws Exception {
        HandPush kept = cache.push();
        HandPush first = cache.push();
        HandPush second = cache.push();
        cache.age("3 days", first, second);

        HttpResponse<String> answer = cache.ask("POST", "/retention/runs", "{}");
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(ApiClient.json(answer).path("detail").asText()).contains("2 of the 3 paths");
        assertThat(cache.isHeld(first)).isTrue();
        assertThat(cache.good("GET", "/retention/runs", "")
                        .path("items")
                        .path(0)
                        .path("outcome")
                        .asText())
                .isEqualTo("HELD");

        cache.collect(false, true);
        assertThat(cache.isHeld(first)).isFalse();
        assertThat(cache.isHeld(second)).isFalse();
        assertThat(cache.status(kept)).isEqualTo(200);
    }

    @Test
    void whatIsHiddenComesBackForWhoeverAsksForItsNarInTheGraceDays() throws Exception {
        cache.good("PUT", "/retention", "{\"graceDays\":3,\"force\":true}");
        HandPush library = cache.push();
        HandPush program = cache.push(library);
        HandPush other = cache.push(cache.push());
        cache.age("3 days", library, program);

        assertThat(cache.collect(false, true).path("condemned").asInt()).isEqualTo(2);
        assertThat(cache.status(program)).isEqualTo(404);
        assertThat(program.get(cache.cache()).body()).isEqualTo(program.file());
        awaitOffered(program);
        assertThat(cache.status(library)).isEqualTo(200);
        assertThat(cache.status(other)).isEqualTo(200);
        assertThat(cache.collect(false, true).path("removed").asInt()).isZero();
    }

    private void awaitOffered(HandPush push) throws Exception {
        long end = System.nanoTime() + 90_000_000_000L;
        while (cache.status(push) != 200 && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        assertThat(cache.status(push)).isEqualTo(200);
    }

    @Test
    void aNarInfoThatWasAskedForKeepsItsPathForADayAtLeast() throws Exception {
        HandPush path = cache.push();
        HandPush other = cache.push();
        cache.age("3 days", path, other);
        assertThat(cache.status(path)).isEqualTo(200);
        long end = System.nanoTime() + 90_000_000_000L;
        while (cache.rows()
                        .texts(
                                "select 1 from uploaded_path where hash = ? and last_used > now() - interval '1 hour'",
                                path.path().hash().toBytes())
                        .isEmpty()
                && System.nanoTime() < end) {
            Thread.sleep(50);
        }

        cache.collect(false, true);

        assertThat(cache.isHeld(path)).isTrue();
        assertThat(cache.isHeld(other)).isFalse();
    }

    @Test
    void aTimeInWhichUsesMayHaveBeenMissedMovesEveryDayBack() throws Exception {
        HandPush path = cache.push();
        cache.age("3 days", path);
        cache.rows()
                .change("insert into use_gap (node, reason, began_at, ended_at) values ('it', 'not-heard', now() -"
                        + " interval '12 hours', now() - interval '11 hours')");
        assertThat(cache.collect(true, true).path("paths").asInt()).isEqualTo(1);
        cache.rows()
                .change("insert into use_gap (node, reason, began_at, ended_at) values ('it', 'not-heard', now() -"
                        + " interval '42 hours', now() - interval '12 hours')");
        try {
            assertThat(cache.collect(true, true).path("paths").asInt()).isZero();
        } finally {
            cache.rows().change("delete from use_gap where node = 'it'");
        }
    }

    @Test
    void aLegalHoldOfTheTenantKeepsItsPaths() throws Exception {
        HandPush path = cache.push();
        cache.age("3 days", path);
        String hold = "/api/v1/tenants/" + cache.cache().tenant() + "/legal-hold";
        cache.cache().administer("PUT", hold, "{\"reason\":\"court\"}");

        assertThat(cache.collect(false, true).path("paths").asInt()).isZero();
        assertThat(cache.good("GET", "/paths/" + path.path().hash() + "/retention", "")
                        .path("because")
                        .findValuesAsText("kind"))
                .contains("hold");

        cache.cache().administer("DELETE", hold, "");
        cache.collect(false, true);
        assertThat(cache.isHeld(path)).isFalse();
    }

    @Test
    void namesAReferrerWhereNothingElseKeepsAPath() throws Exception {
        HandPush library = cache.push();
        HandPush program = cache.push(library);
        cache.age("3 days", library, program);
        cache.collect(true, false); // after which references are known

        JsonNode why = cache.good("GET", "/paths/" + library.path().hash() + "/retention", "");
        assertThat(why.path("kept").asBoolean()).isFalse();
        assertThat(why.path("goesAt").isNull()).isFalse();
        assertThat(why.path("because")).hasSize(1);
        JsonNode root = why.path("because").path(0);
        assertThat(root.path("kind").asText()).isEqualTo("referrer");
        assertThat(root.path("through").path(0).asText()).isEqualTo(RetainedCache.store(program.path()));
        assertThat(root.path("through").path(1).asText()).isEqualTo(RetainedCache.store(library.path()));
    }

    @Test
    void namesThePromotionThatPublishedAPath() throws Exception {
        RetainedCache source = RetainedCache.withoutPatience();
        HandPush library = source.push();
        HandPush program = source.push(library);
        cache.good(
                "POST",
                "/promotions",
                "{\"from\":\"" + source.cache().tenant() + "/ci\",\"paths\":[\"" + RetainedCache.store(program.path())
                        + "\"]}");
        cache.collect(true, false);

        JsonNode why = cache.good("GET", "/paths/" + library.path().hash() + "/retention", "");
        assertThat(why.path("kept").asBoolean()).isTrue();
        assertThat(why.path("because").findValuesAsText("kind")).containsOnly("promotion");
        assertThat(why.path("because").findValues("through").toString())
                .contains(RetainedCache.store(program.path()) + "\",\"" + RetainedCache.store(library.path()));
    }

    @Test
    void aNamedHoldOfAPathKeepsAllThatThisNeedsAlsoWhenItIsHidden() throws Exception {
        HandPush library = cache.push();
        HandPush program = cache.push(library);
        HandPush other = cache.push();
        cache.good("PUT", "/retention", "{\"graceDays\":1,\"force\":true}");
        cache.age("3 days", library, program, other);
        cache.collect(false, true);
        String hold = "/api/v1/tenants/" + cache.cache().tenant() + "/legal-holds/case-17";
        cache.cache()
                .administer("PUT", hold, "{\"cache\":\"ci\",\"path\":\"" + RetainedCache.store(program.path()) + "\"}");
        cache.good("PUT", "/retention", "{\"graceDays\":0,\"force\":true}");

        cache.collect(false, true);
        assertThat(cache.isHeld(other)).isFalse();
        assertThat(cache.status(program)).isEqualTo(200);
        assertThat(cache.status(library)).isEqualTo(200);
        assertThat(cache.good("GET", "/paths/" + library.path().hash() + "/retention", "")
                        .path("because")
                        .findValuesAsText("kind"))
                .contains("hold");

        cache.cache().administer("DELETE", hold, "");
    }

    @Test
    void theChainOfWhatWasRemovedCanStillBeAskedFor() throws Exception {
        HandPush library = cache.push();
        HandPush program = cache.push(library);
        cache.age("3 days", library, program);
        cache.collect(false, true);

        assertThat(cache.rows()
                        .texts(
                                "select path from audit.closure(?) order by path",
                                program.path().baseName()))
                .containsExactlyElementsOf(Stream.of(library, program)
                        .map(push -> push.path().baseName())
                        .sorted()
                        .toList());
        assertThat(cache.rows()
                        .texts(
                                "select path from audit.dependents(?)",
                                library.path().baseName()))
                .contains(program.path().baseName());
    }

    @Test
    void saysOfEachPathWhyItIsThereAndWhenItGoes() throws Exception {
        cache.good("PUT", "/retention", "{\"keepDays\":40,\"graceDays\":2}");
        HandPush library = cache.push();
        HandPush middle = cache.push(library);
        HandPush top = cache.push(middle);
        HandPush other = cache.push(library);
        // its references are known then
        cache.collect(true, false);
        cache.good("PUT", "/pins/prod", "{\"path\":\"" + RetainedCache.store(top.path()) + "\"}");
        cache.age("90 days", library, middle, top);

        JsonNode told = cache.good("GET", "/paths/" + library.path().hash() + "/retention", "");
        assertThat(told.path("kept").asBoolean()).isTrue();
        assertThat(told.path("goesAt").isNull()).isTrue();
        assertThat(told.path("because").findValuesAsText("kind")).containsExactly("pin", "use");
        JsonNode pin = told.path("because").path(0);
        assertThat(pin.path("pin").asText()).isEqualTo("prod");
        assertThat(pin.path("revision").asInt()).isEqualTo(1);
        assertThat(pin.path("through"))
                .extracting(JsonNode::asText)
                .isEqualTo(List.of(
                        RetainedCache.store(top.path()),
                        RetainedCache.store(middle.path()),
                        RetainedCache.store(library.path())));
        assertThat(told.path("because").path(1).path("through"))
                .extracting(JsonNode::asText)
                .isEqualTo(List.of(RetainedCache.store(other.path()), RetainedCache.store(library.path())));

        cache.good("DELETE", "/pins/prod", "");
        JsonNode alone = cache.good("GET", "/paths/" + top.path().hash() + "/retention", "");
        assertThat(alone.path("kept").asBoolean()).isFalse();
        assertThat(alone.path("goesAt").isNull()).isFalse();
        assertThat(cache.ask("GET", "/paths/" + "0".repeat(32) + "/retention", "")
                        .statusCode())
                .isEqualTo(404);
    }
}
