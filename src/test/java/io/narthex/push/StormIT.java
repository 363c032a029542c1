package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.signature.SecretKey;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything that administrators do, all at once, while others push and delete and the jobs run: nobody's 500. */
@ExtendWith(SharedServer.class)
class StormIT {
    private static final Duration LASTS = Duration.ofSeconds(15);
    /** Beside one another on the same tenant. */
    private static final int ADMINISTRATORS = 2;

    private final ApiClient api = new ApiClient("");
    private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();
    private volatile boolean over;

    private interface Work {
        void round(int number) throws Exception;
    }

    @Test
    void answersNobodyWithAFailureOfTheServer() throws Exception {
        TenantCache shared = TenantCache.make("{}");
        TenantCache other = TenantCache.make("{}");
        List<Work> all = new ArrayList<>();
        for (int i = 0; i < ADMINISTRATORS; i++) {
            String own = "own-" + i;
            all.add(number -> caches(shared, own + "-" + number));
            all.add(number -> keys(shared));
            all.add(number -> policies(shared, number));
        }
        all.add(number -> tenants("storm-" + ProcessHandle.current().pid() + "-" + number));
        all.add(number -> jobs());
        all.add(number -> pushes(shared));
        all.add(number -> pushes(other));
        NixStore served = NixStore.served();
        all.add(number -> served.add("storm-" + number, "indexed while others push"));

        run(all);

        assertThat(answers.keySet().stream().filter(answer -> answer.matches(".* 5..")))
                .as("%s", answers)
                .isEmpty();
        // each was done at least once: what is refused each time shows nothing
        assertThat(answers.keySet().stream()
                        .filter(answer -> answer.matches(".* 2.."))
                        .map(answer -> answer.substring(0, answer.lastIndexOf(' ')))
                        .collect(Collectors.toSet()))
                .isEqualTo(answers.keySet().stream()
                        .map(answer -> answer.substring(0, answer.lastIndexOf(' ')))
                        .collect(Collectors.toSet()));
    }

    /** All at once, each round after round. */
    private void run(List<Work> all) throws Exception {
        Instant end = Instant.now().plus(LASTS);
        try (ExecutorService threads = Executors.newFixedThreadPool(all.size())) {
            List<Future<Void>> running = new ArrayList<>();
            for (Work work : all) {
                running.add(threads.submit(() -> {
                    for (int number = 0; !over && Instant.now().isBefore(end); number++) {
                        work.round(number);
                    }
                    return null;
                }));
            }
            try {
                for (Future<Void> one : running) {
                    one.get();
                }
            } finally {
                over = true;
            }
        }
    }

    private void caches(TenantCache shared, String name) throws Exception {
        String url = "/api/v1/tenants/" + shared.tenant() + "/caches/" + name;
        ask("make a cache", "PUT", url, "{}");
        // others want the same one
        ask(
                "change a cache",
                "PUT",
                "/api/v1/tenants/" + shared.tenant() + "/caches/ci",
                "{\"priority\":" + name.length() + "}");
        ask("give hosts", "PUT", url, "{\"virtualHosts\":[\"" + name + ".storm.example\"]}");
        ask("read a cache", "GET", url, "");
        ask("delete a cache", "DELETE", url, "");
    }

    private void keys(TenantCache shared) throws Exception {
        String url = "/api/v1/tenants/" + shared.tenant() + "/caches/ci/keys";
        JsonNode made = ApiClient.json(ask("make a key", "POST", url, "{}"));
        ask("rotate keys", "POST", url + "/rotations", "{}");
        ask("read keys", "GET", url, "");
        try (SecretKey secret = SecretKey.generate("storm-" + System.nanoTime(), new SecureRandom())) {
            JsonNode brought =
                    ApiClient.json(ask("import a key", "POST", url, "{\"secretKey\":\"" + secret.toText() + "\"}"));
            ask("export a key", "POST", url + "/" + brought.path("name").asText() + "/export", "{}");
            revoke(url, brought);
        }
        revoke(url, made);
    }

    private void revoke(String url, JsonNode key) throws Exception {
        if (key.path("name").isTextual()) {
            ask(
                    "revoke a key",
                    "POST",
                    url + "/" + key.path("name").asText() + "/revocation",
                    "{\"reason\":\"the storm\"}");
        }
    }

    private void policies(TenantCache shared, int number) throws Exception {
        String tenant = "/api/v1/tenants/" + shared.tenant();
        ask("set a policy", "PUT", tenant + "/caches/ci/keys/policy", "{\"rotateEveryDays\":" + (100 + number) + "}");
        ask("hold", "PUT", tenant + "/legal-hold", "{\"reason\":\"the storm\"}");
        JsonNode token = ApiClient.json(ask("make a token", "POST", tenant + "/tokens", "{\"scopes\":[\"push\"]}"));
        ask("revoke a token", "DELETE", tenant + "/tokens/" + token.path("id").asText(), "");
        JsonNode wide =
                ApiClient.json(ask("make a server's token", "POST", "/api/v1/tokens", "{\"scopes\":[\"pull\"]}"));
        ask(
                "revoke a server's token",
                "DELETE",
                "/api/v1/tokens/" + wide.path("id").asText(),
                "");
        ask("read events", "GET", "/api/v1/audit/events?tenant=" + shared.tenant(), "");
        ask("sign heads", "GET", "/api/v1/audit/heads", "");
        ask("release", "DELETE", tenant + "/legal-hold", "");
    }

    private void tenants(String name) throws Exception {
        ask("make a tenant", "PUT", "/api/v1/tenants/" + name, "{}");
        ask("make its cache", "PUT", "/api/v1/tenants/" + name + "/caches/ci", "{}");
        ask("delete a tenant", "DELETE", "/api/v1/tenants/" + name, "");
    }

    private void jobs() throws Exception {
        for (JsonNode job :
                ApiClient.json(ask("list jobs", "GET", "/api/v1/jobs", "")).path("items")) {
            ask("run a job", "POST", "/api/v1/jobs/" + job.path("name").asText() + "/runs", "");
        }
    }

    private void pushes(TenantCache cache) throws Exception {
        HandPush push = HandPush.small(new Random());
        note("put a NAR", push.putNar(cache));
        note("publish", push.putNarInfo(cache));
        note("read a narinfo", cache.get(push.narInfoUrl()).statusCode());
        note(
                "put a log",
                cache.put("log/" + push.path().baseName() + ".drv", "built".getBytes(StandardCharsets.US_ASCII))
                        .statusCode());
        ask(
                "delete a path",
                "DELETE",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/"
                        + push.path().hash(),
                "");
    }

    private HttpResponse<String> ask(String what, String method, String url, String json) throws Exception {
        HttpResponse<String> answer = api.asAdministrator(method, url, json);
        note(what, answer.statusCode());
        return answer;
    }

    private void note(String what, int status) {
        answers.computeIfAbsent(what + " " + status, key -> new LongAdder()).increment();
    }
}
