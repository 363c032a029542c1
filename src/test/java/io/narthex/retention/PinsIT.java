package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import io.narthex.push.HandPush;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Names that keep paths. */
@ExtendWith(SharedServer.class)
class PinsIT {
    private final ApiClient client = new ApiClient("");

    private RetainedCache cache;
    private HandPush library;
    private HandPush first;
    private HandPush second;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = RetainedCache.withoutPatience();
        library = cache.push();
        first = cache.push(library);
        second = cache.push();
    }

    private static String pinning(HandPush path, String more) {
        return "{\"path\":\"" + RetainedCache.store(path.path()) + "\"" + more + "}";
    }

    private String newest() throws Exception {
        return new String(cache.cache().get("pins/prod").body(), StandardCharsets.US_ASCII);
    }

    @Test
    void eachOtherPathIsARevisionAndScriptsGetTheNewest() throws Exception {
        assertThat(cache.ask("PUT", "/pins/prod", pinning(first, "")).statusCode())
                .isEqualTo(201);
        assertThat(newest()).isEqualTo(RetainedCache.store(first.path()) + "\n");
        assertThat(cache.ask("PUT", "/pins/prod", pinning(first, "")).statusCode())
                .isEqualTo(200);
        assertThat(cache.good("PUT", "/pins/prod", pinning(second, ",\"note\":\"v2\""))
                        .path("revision")
                        .asInt())
                .isEqualTo(2);
        assertThat(newest()).isEqualTo(RetainedCache.store(second.path()) + "\n");

        JsonNode pin = cache.good("GET", "/pins/prod", "");
        assertThat(pin.path("revisions").findValuesAsText("revision")).containsExactly("2", "1");
        assertThat(pin.path("note").asText()).isEqualTo("v2");
        assertThat(cache.good("GET", "/pins", "").path("items").findValuesAsText("name"))
                .containsExactly("prod");
        assertThat(cache.rows()
                        .texts(
                                "select detail->>'revision' from audit.events where tenant = ? and action = 'pin-set'"
                                        + " order by id",
                                cache.cache().tenant()))
                .containsExactly("1", "2");
        assertThat(cache.rows()
                        .texts(
                                "select revision from audit.pins where tenant = ? and keeps",
                                cache.cache().tenant()))
                .containsExactly("2");
    }

    @Test
    void keepsItsPathWithAllThatThisNeedsAndSoManyRevisions() throws Exception {
        cache.good("PUT", "/pins/prod", pinning(first, ",\"keepRevisions\":2"));
        cache.good("PUT", "/pins/prod", pinning(second, ""));
        cache.age("3 days", library, first, second);
        assertThat(cache.collect(false, true).path("paths").asInt()).isZero();

        cache.good("PUT", "/pins/prod", "{\"keepRevisions\":1}");
        cache.collect(false, true);
        assertThat(cache.isHeld(first)).isFalse();
        assertThat(cache.isHeld(library)).isFalse();
        assertThat(cache.isHeld(second)).isTrue();

        cache.good("DELETE", "/pins/prod", "");
        cache.collect(false, true);
        assertThat(cache.isHeld(second)).isFalse();
    }

    @Test
    void anExpiredOneKeepsNothingAndNamesNothing() throws Exception {
        cache.good("PUT", "/pins/prod", pinning(second, ",\"expiresAt\":\"2020-01-01T00:00:00Z\""));
        cache.age("3 days", library, first, second);

        assertThat(cache.cache().get("pins/prod").statusCode()).isEqualTo(404);
        cache.collect(false, true);
        assertThat(cache.isHeld(second)).isFalse();
    }

    @Test
    void aPinOnWhatIsHiddenBringsItBack() throws Exception {
        cache.good("PUT", "/retention", "{\"graceDays\":5,\"force\":true}");
        cache.age("3 days", library, first, second);
        cache.collect(false, true);
        assertThat(cache.status(first)).isEqualTo(404);

        cache.good("PUT", "/pins/prod", pinning(first, ""));

        assertThat(cache.status(first)).isEqualTo(200);
        assertThat(cache.status(library)).isEqualTo(200);
        assertThat(cache.status(second)).isEqualTo(404);
    }

    @Test
    void refusesWhatItCannotKeep() throws Exception {
        RetainedCache other = RetainedCache.withoutPatience();
        HandPush elsewhere = other.push();
        HttpResponse<String> answer = cache.ask("PUT", "/pins/prod", pinning(elsewhere, ""));
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("The cache does not have " + RetainedCache.store(elsewhere.path()));
        assertThat(cache.ask("PUT", "/pins/prod", "{}").statusCode()).isEqualTo(400);
        assertThat(cache.ask("PUT", "/pins/prod", "{\"path\":\"/etc/passwd\"}").statusCode())
                .isEqualTo(400);
        assertThat(cache.ask("PUT", "/pins/-x", pinning(first, "")).statusCode())
                .isEqualTo(400);
        assertThat(cache.ask("PUT", "/pins/prod", pinning(first, ",\"keepRevisions\":-1"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(cache.ask("GET", "/pins/unknown", "").statusCode()).isEqualTo(404);
        assertThat(cache.ask("DELETE", "/pins/unknown", "").statusCode()).isEqualTo(404);
    }

    @Test
    void aTokenThatMayPinMovesAPinUnlessItIsProtected() throws Exception {
        String url = "/api/v1/tenants/" + cache.cache().tenant() + "/caches/ci/pins/prod";
        String pinner = cache.cache().newToken("\"pin\"");
        assertThat(client.as(pinner, "PUT", url, pinning(first, "")).statusCode())
                .isEqualTo(201);
        assertThat(client.as(pinner, "PUT", url, pinning(first, ",\"protected\":true"))
                        .statusCode())
                .isEqualTo(403);
        cache.good("PUT", "/pins/prod", "{\"protected\":true}");
        assertThat(client.as(pinner, "PUT", url, pinning(second, "")).statusCode())
                .isEqualTo(403);
        assertThat(client.as(pinner, "DELETE", url, "").statusCode()).isEqualTo(403);
        assertThat(client.as(cache.cache().newToken("\"push\""), "PUT", url, pinning(second, ""))
                        .statusCode())
                .isEqualTo(403);
        assertThat(cache.good("GET", "/pins/prod", "")
                        .path("revisions")
                        .path(0)
                        .path("setBy")
                        .asText())
                .isEqualTo(pinner.split("_", -1)[1]);
    }
}
