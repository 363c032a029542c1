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
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything that administrators do, all at once, while others push and delete and the jobs run: nobody's 500. */
@ExtendWith(SharedServer.class)
class StormIT {
    private static final Duration LASTS = Duration.ofSeconds(15);
    /** So long where a machine is so busy that not each call was done once: holds refuse some of them for a while. */
    private static final Duration LASTS_AT_MOST = Duration.ofSeconds(60);
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
            all.add(number -> limits(shared, number));
            all.add(number -> keeps(shared, own, number));
            all.add(number -> denies(shared, own));
        }
        all.add(number -> promotes(shared));
        all.add(number -> trusts(shared));
        all.add(number -> upstreams(shared));
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
        // what is refused each time shows nothing
        assertThat(done()).isEqualTo(asked());
    }

    private Set<String> done() {
        return kinds(answer -> answer.matches(".* 2.."));
    }

    private Set<String> asked() {
        return kinds(answer -> true);
    }

    private Set<String> kinds(Predicate<String> which) {
        return answers.keySet().stream()
                .filter(which)
                .map(answer -> answer.substring(0, answer.lastIndexOf(' ')))
                .collect(Collectors.toSet());
    }

    /** All at once, each round after round. */
    private void run(List<Work> all) throws Exception {
        Instant end = Instant.now().plus(LASTS);
        Instant last = Instant.now().plus(LASTS_AT_MOST);
        try (ExecutorService threads = Executors.newFixedThreadPool(all.size())) {
            List<Future<Void>> running = new ArrayList<>();
            for (Work work : all) {
                running.add(threads.submit(() -> {
                    for (int number = 0; !over; number++) {
                        work.round(number);
                        Instant now = Instant.now();
                        over |= now.isAfter(last) || (now.isAfter(end) && done().equals(asked()));
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

    private void limits(TenantCache shared, int number) throws Exception {
        String tenant = "/api/v1/tenants/" + shared.tenant();
        String quota = "{\"quota\":{\"maxBytes\":" + (1_000_000_000L + number) + "}}";
        ask("set a tenant's quota", "PUT", tenant, quota);
        ask("set a cache's quota", "PUT", tenant + "/caches/ci", quota);
        ask("read a quota", "GET", tenant, "");
        ask("set retention", "PUT", tenant + "/caches/ci/retention", "{\"keepDays\":" + (100 + number) + "}");
        ask("run retention", "POST", tenant + "/caches/ci/retention/runs", "{}");
        ask("look at retention", "POST", tenant + "/caches/ci/retention/runs", "{\"dryRun\":true}");
        ask("read retention's runs", "GET", tenant + "/caches/ci/retention/runs", "");
        ask("forget retention", "DELETE", tenant + "/caches/ci/retention", "");
    }

    /** A path, and what keeps it; the pin is everybody's. */
    private void keeps(TenantCache shared, String own, int number) throws Exception {
        String tenant = "/api/v1/tenants/" + shared.tenant();
        HandPush push = pushed(shared);
        String pin = tenant + "/caches/ci/pins/storm";
        String hold = tenant + "/legal-holds/" + own;
        ask("pin", "PUT", pin, "{\"path\":\"" + inStore(push) + "\",\"keepRevisions\":" + (1 + number % 5) + "}");
        ask("read a pin", "GET", pin, "");
        ask("hold a cache", "PUT", hold + "-cache", "{\"cache\":\"ci\",\"reason\":\"the storm\"}");
        ask(
                "hold a path",
                "PUT",
                hold,
                "{\"cache\":\"ci\",\"path\":\"" + inStore(push) + "\",\"reason\":\"the storm\"}");
        ask(
                "ask what keeps it",
                "GET",
                tenant + "/caches/ci/paths/" + push.path().hash() + "/retention",
                "");
        ask("read holds", "GET", tenant + "/legal-holds", "");
        ask("release a path", "DELETE", hold, "");
        ask("release a cache", "DELETE", hold + "-cache", "");
        ask("unpin", "DELETE", pin, "");
    }

    private static String inStore(HandPush push) {
        return "/nix/store/" + push.path().baseName();
    }

    private void denies(TenantCache shared, String own) throws Exception {
        String rule = "/api/v1/tenants/" + shared.tenant() + "/caches/ci/denied/" + own;
        String pattern = "{\"pattern\":\"no-such-" + own + "*\",\"dependents\":true,\"reason\":\"the storm\"}";
        ask("look at a denial", "PUT", rule + "?dryRun=true", pattern);
        ask("deny", "PUT", rule, pattern);
        ask("deny everywhere", "PUT", "/api/v1/denied/storm-" + own, pattern);
        ask("read denials", "GET", "/api/v1/denied", "");
        ask("lift a denial", "DELETE", rule, "");
        ask("lift it everywhere", "DELETE", "/api/v1/denied/storm-" + own, "");
    }

    private void promotes(TenantCache shared) throws Exception {
        String tenant = "/api/v1/tenants/" + shared.tenant();
        HandPush push = pushed(shared);
        ask("make a release cache", "PUT", tenant + "/caches/release", "{\"entry\":\"promotion\"}");
        JsonNode made = ApiClient.json(ask(
                "promote",
                "POST",
                tenant + "/caches/release/promotions",
                "{\"from\":\"" + shared.tenant() + "/ci\",\"paths\":[\"" + push.path()
                        + "\"],\"note\":\"the storm\"}"));
        ask("read promotions", "GET", tenant + "/caches/release/promotions", "");
        ask(
                "list a promoted path's parts",
                "GET",
                tenant + "/caches/release/paths/" + push.path().hash() + "/sbom",
                "");
        if (made.path("id").isIntegralNumber()) {
            ask(
                    "undo a promotion",
                    "DELETE",
                    tenant + "/caches/release/promotions/" + made.path("id").asLong(),
                    "");
        }
    }

    private void trusts(TenantCache shared) throws Exception {
        String issuer = "https://storm.example.com";
        String trust = "/api/v1/tenants/" + shared.tenant() + "/trusts/storm";
        ask("allow an issuer", "PUT", "/api/v1/issuers/storm", "{\"issuer\":\"" + issuer + "\"}");
        ask(
                "trust",
                "PUT",
                trust,
                "{\"issuer\":\"" + issuer
                        + "\",\"audience\":\"storm\",\"scopes\":[\"pull\"],\"claims\":{\"sub\":[\"x\"]}}");
        ask("read trusts", "GET", "/api/v1/tenants/" + shared.tenant() + "/trusts", "");
        ask("trust no more", "DELETE", trust, "");
        ask("disallow an issuer", "DELETE", "/api/v1/issuers/storm", "");
    }

    /** Nobody listens there: a miss in the cache that asks it goes on without it. */
    private void upstreams(TenantCache shared) throws Exception {
        String cache = "/api/v1/tenants/" + shared.tenant() + "/caches/behind";
        ask(
                "make an upstream",
                "PUT",
                "/api/v1/upstreams/storm",
                "{\"url\":\"http://127.0.0.1:9\",\"offeredTo\":[\"*\"],\"trustedPublicKeys\":[\"storm-1:"
                        + "A".repeat(43) + "=\"]}");
        ask("show an upstream", "PUT", cache, "{\"sources\":[\"uploads\",\"upstream:storm\"]}");
        note("miss", cacheMiss(shared));
        ask("ask how it is", "GET", "/api/v1/upstreams/storm/health", "");
        ask("read upstreams", "GET", "/api/v1/upstreams", "");
        ask("delete an upstream", "DELETE", "/api/v1/upstreams/storm", "");
        ask("delete a cache behind it", "DELETE", cache, "");
    }

    /** 200 where it is a miss: what counts is that it is no failure. */
    private int cacheMiss(TenantCache shared) throws Exception {
        String hash = HandPush.small(new Random()).path().hash().toString();
        int status = api.as(shared.token(), "GET", "/" + shared.tenant() + "/behind/" + hash + ".narinfo", "")
                .statusCode();
        return status == 404 ? 200 : status;
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

    private HandPush pushed(TenantCache cache) throws Exception {
        HandPush push = HandPush.small(new Random());
        note("put a NAR", push.putNar(cache));
        note("publish", push.putNarInfo(cache));
        return push;
    }

    private void pushes(TenantCache cache) throws Exception {
        HandPush push = pushed(cache);
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
