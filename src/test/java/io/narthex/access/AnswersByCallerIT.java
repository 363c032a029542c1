package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.console.ConsoleClient;
import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of route as every kind of caller: the table of src/docs/administration.md. */
@ExtendWith(SharedServer.class)
class AnswersByCallerIT {
    private static final List<String> CALLERS = List.of(
            "nobody", "pull", "push", "delete", "administer", "audit", "other tenant", "wrong", "expired", "revoked");

    private static final String HASH = "0000000000000000000000000000000a";
    private static final Map<String, String> TOKENS = new HashMap<>();
    private static final Map<String, ConsoleClient> BROWSERS = new ConcurrentHashMap<>();

    private final ApiClient client = new ApiClient("");

    /**
     * Answers to: nobody, a token of the tenant to pull, push, delete, administer, audit, another tenant's administrator with
     * all scopes, and who has a wrong, an expired, a revoked token. closed is private, open public, none is not there.
     */
    @ParameterizedTest
    @CsvSource({
        "GET    /walk/open/nix-cache-info,                  200 200 200 200 200 200 200 401 401 401",
        "GET    /walk/closed/nix-cache-info,                401 200 200 403 200 403 404 401 401 401",
        "GET    /walk/none/nix-cache-info,                  401 404 404 404 404 404 404 401 401 401",
        "GET    /walk/open/,                                200 200 200 200 200 200 200 401 401 401",
        "GET    /walk/closed/,                              401 200 200 403 200 403 404 401 401 401",
        "GET    /walk/open/public-key,                      200 200 200 200 200 200 200 401 401 401",
        "GET    /walk/closed/public-key,                    401 200 200 403 200 403 404 401 401 401",
        "GET    /walk/closed/version,                       401 200 200 403 200 403 404 401 401 401",
        "GET    /walk/open/@.narinfo,                       404 404 404 404 404 404 404 401 401 401",
        "GET    /walk/closed/@.narinfo,                     401 404 404 403 404 403 404 401 401 401",
        "GET    /walk/none/@.narinfo,                       401 404 404 404 404 404 404 401 401 401",
        "GET    /walk/closed/@.ls,                          401 404 404 403 404 403 404 401 401 401",
        "GET    /walk/closed/log/@-x.drv,                   401 404 404 403 404 403 404 401 401 401",
        "GET    /walk/closed/serve/@/x,                     401 404 404 403 404 403 404 401 401 401",
        "POST   /walk/open/get-narinfos-v1,                 200 200 200 200 200 200 200 401 401 401",
        "POST   /walk/closed/get-narinfos-v1,               401 200 200 403 200 403 404 401 401 401",
        "QUERY  /walk/closed/get-narinfos-v1,               401 200 200 403 200 403 404 401 401 401",
        "PUT    /walk/open/@.narinfo,                       401 403 400 403 403 403 403 401 401 401",
        "PUT    /walk/closed/@.narinfo,                     401 403 400 403 403 403 404 401 401 401",
        "PUT    /walk/none/@.narinfo,                       401 404 404 404 404 404 404 401 401 401",
        "GET    /api/v1/whoami,                             200 200 200 200 200 200 200 401 401 401",
        "GET    /api/v1/tenants,                            401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tenants/walk,                       401 200 200 200 200 200 404 401 401 401",
        "PUT    /api/v1/tenants/walk,                       401 403 403 403 403 403 403 401 401 401",
        "DELETE /api/v1/tenants/walk,                       401 403 403 403 403 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches,                401 200 200 200 200 200 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/open,           401 200 200 200 200 200 403 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed,         401 200 200 200 200 200 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/none,           401 404 404 404 404 404 404 401 401 401",
        "PUT    /api/v1/tenants/walk/caches/open,           401 403 403 403 200 403 403 401 401 401",
        "PUT    /api/v1/tenants/walk/caches/closed,         401 403 403 403 200 403 404 401 401 401",
        "DELETE /api/v1/tenants/walk/caches/none,           401 404 404 404 404 404 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/open/paths,     200 200 200 200 200 200 200 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/paths,   401 200 200 403 200 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/paths/@, 401 404 404 403 404 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/paths/@/sbom,      401 404 404 403 404 403 404 401 401 401",
        "DELETE /api/v1/tenants/walk/caches/open/paths/@,   401 403 403 404 403 403 403 401 401 401",
        "DELETE /api/v1/tenants/walk/caches/closed/paths/@, 401 403 403 404 403 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/open/retention,           401 200 200 200 200 200 403 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/retention,         401 200 200 200 200 200 404 401 401 401",
        "PUT    /api/v1/tenants/walk/caches/open/retention,           401 403 403 403 201 403 403 401 401 401",
        "DELETE /api/v1/tenants/walk/caches/closed/retention,         401 403 403 403 404 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/retention/runs,    401 403 403 403 200 403 404 401 401 401",
        "POST   /api/v1/tenants/walk/caches/closed/retention/runs,    401 403 403 403 201 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/retention/runs/0,  401 403 403 403 404 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/open/pins,                200 200 200 200 200 200 200 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/pins,              401 200 200 403 200 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/pins/x,            401 404 404 403 404 403 404 401 401 401",
        "PUT    /api/v1/tenants/walk/caches/closed/pins/x,            401 403 403 403 400 403 404 401 401 401",
        "DELETE /api/v1/tenants/walk/caches/closed/pins/x,            401 403 403 403 404 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/paths/@/retention, 401 404 404 403 404 403 404 401 401 401",
        "GET    /walk/open/pins/x,                           404 404 404 404 404 404 404 401 401 401",
        "GET    /walk/closed/pins/x,                         401 404 404 403 404 403 404 401 401 401",
        "GET    /walk/open/public-keys.json,                200 200 200 200 200 200 200 401 401 401",
        "GET    /walk/closed/public-keys.json,              401 200 200 403 200 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/open/keys,      401 200 200 200 200 200 403 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/keys,    401 200 200 200 200 200 404 401 401 401",
        "POST   /api/v1/tenants/walk/caches/open/keys,      401 403 403 403 201 403 403 401 401 401",
        "POST   /api/v1/tenants/walk/caches/closed/keys,    401 403 403 403 201 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/keys/x,  401 404 404 404 404 404 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/keys/policy,       401 200 200 200 200 200 404 401 401 401",
        "PUT    /api/v1/tenants/walk/caches/closed/keys/policy,       401 403 403 403 200 403 404 401 401 401",
        "POST   /api/v1/tenants/walk/caches/closed/keys/rotations,    401 403 403 403 201 403 404 401 401 401",
        "POST   /api/v1/tenants/walk/caches/closed/keys/x/revocation, 401 403 403 403 400 403 404 401 401 401",
        "POST   /api/v1/tenants/walk/caches/closed/keys/x/export,     401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tenants/walk/tokens,                401 403 403 403 200 403 404 401 401 401",
        "POST   /api/v1/tenants/walk/tokens,                401 403 403 403 400 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/tokens/x,              401 403 403 403 404 403 404 401 401 401",
        "DELETE /api/v1/tenants/walk/tokens/x,              401 403 403 403 404 403 404 401 401 401",
        "GET    /api/v1/issuers,                            401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/issuers/x,                          401 403 403 403 403 403 403 401 401 401",
        "PUT    /api/v1/issuers/x,                          401 403 403 403 403 403 403 401 401 401",
        "DELETE /api/v1/issuers/x,                          401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tenants/walk/trusts,                401 403 403 403 200 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/trusts/x,              401 403 403 403 404 403 404 401 401 401",
        "PUT    /api/v1/tenants/walk/trusts/x,              401 403 403 403 400 403 404 401 401 401",
        "DELETE /api/v1/tenants/walk/trusts/x,              401 403 403 403 404 403 404 401 401 401",
        "GET    /api/v1/oidc/config,                        400 400 400 400 400 400 400 400 400 400",
        "POST   /api/v1/oidc/token,                         400 400 400 400 400 400 400 400 400 400",
        "GET    /api/v1/tenants/walk/caches/closed/paths/@/provenance, 401 404 404 403 404 403 404 401 401 401",
        "GET    /api/v1/tokens,                             401 403 403 403 403 403 403 401 401 401",
        "POST   /api/v1/tokens,                             401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tokens/x,                           401 403 403 403 403 403 403 401 401 401",
        "DELETE /api/v1/tokens/x,                           401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tenants/walk/legal-hold,            401 403 403 403 403 403 403 401 401 401",
        "PUT    /api/v1/tenants/walk/legal-hold,            401 403 403 403 403 403 403 401 401 401",
        "DELETE /api/v1/tenants/walk/legal-hold,            401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tenants/walk/legal-holds,           401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tenants/walk/legal-holds/x,         401 403 403 403 403 403 403 401 401 401",
        "PUT    /api/v1/tenants/walk/legal-holds/x,         401 403 403 403 403 403 403 401 401 401",
        "DELETE /api/v1/tenants/walk/legal-holds/x,         401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/overview,                           401 403 403 403 200 200 200 401 401 401",
        "GET    /api/v1/restore/differences,                401 403 403 403 403 403 403 401 401 401",
        "POST   /api/v1/restore/acceptances,                401 403 403 403 403 403 403 401 401 401",
        "POST   /api/v1/restore/drills,                     401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/scrub,                              401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/tenants/walk/caches/open/denied,    401 200 200 200 200 200 403 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/denied,  401 200 200 200 200 200 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/denied/x,          401 404 404 404 404 404 404 401 401 401",
        "PUT    /api/v1/tenants/walk/caches/closed/denied/x,          401 403 403 403 403 403 404 401 401 401",
        "DELETE /api/v1/tenants/walk/caches/closed/denied/x,          401 403 403 403 403 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/promotions,        401 200 200 200 200 200 404 401 401 401",
        "POST   /api/v1/tenants/walk/caches/open/promotions,          401 403 403 403 403 403 403 401 401 401",
        "POST   /api/v1/tenants/walk/caches/closed/promotions,        401 403 403 403 403 403 404 401 401 401",
        "GET    /api/v1/tenants/walk/caches/closed/promotions/1,      401 404 404 404 404 404 404 401 401 401",
        "DELETE /api/v1/tenants/walk/caches/closed/promotions/1,      401 403 403 403 403 403 404 401 401 401",
        "GET    /api/v1/denied,                             401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/denied/x,                           401 403 403 403 403 403 403 401 401 401",
        "PUT    /api/v1/denied/x,                           401 403 403 403 403 403 403 401 401 401",
        "DELETE /api/v1/denied/x,                           401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/audit/events,                       401 403 403 403 200 200 200 401 401 401",
        "GET    /api/v1/audit/heads,                        401 403 403 403 200 200 200 401 401 401",
        "GET    /api/v1/upstreams,                          401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/upstreams/x,                        401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/upstreams/x/health,                 401 403 403 403 403 403 403 401 401 401",
        "PUT    /api/v1/upstreams/x,                        401 403 403 403 403 403 403 401 401 401",
        "DELETE /api/v1/upstreams/x,                        401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/jobs,                               401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/jobs/x/runs,                        401 403 403 403 403 403 403 401 401 401",
        "POST   /api/v1/jobs/x/runs,                        401 403 403 403 403 403 403 401 401 401",
        "GET    /api/v1/jobs/x/runs/1,                      401 403 403 403 403 403 403 401 401 401",
        "PAGE   /console,                                   200 200 200 200 200 200 200 200 200 200",
        "PAGE   /console/caches/walk/open/paths/@,          303 404 404 404 404 404 404 303 303 303",
        "PAGE   /console/caches/walk/closed/paths/@,        303 404 404 403 404 403 404 303 303 303",
        "PAGE   /console/jobs,                              303 403 403 403 403 403 403 303 303 303",
        "PAGE   /console/record,                            303 403 403 403 403 403 403 303 303 303",
        "PAGE   /console/tenants/walk/record,               303 403 403 403 200 200 404 303 303 303",
        "PAGE   /console/none,                              303 404 404 404 404 404 404 303 303 303",
        "PAGE   /console/caches/walk/open,                  303 200 200 200 200 200 403 303 303 303",
        "PAGE   /console/caches/walk/closed,                303 200 200 200 200 200 404 303 303 303",
        "PAGE   /console/caches/walk/none,                  303 404 404 404 404 404 404 303 303 303",
        "PAGE   /console/caches/walk/open/paths,            303 200 200 200 200 200 200 303 303 303",
        "PAGE   /console/caches/walk/closed/paths,          303 200 200 403 200 403 404 303 303 303",
        "PAGE   /console/caches/walk/open/promote,          303 403 403 403 403 403 403 303 303 303",
        "PAGE   /console/caches/walk/closed/promote,        303 403 403 403 403 403 404 303 303 303",
        "PAGE   /console/tenants/walk,                      303 200 200 200 200 200 404 303 303 303",
        "PAGE   /console/tenants/none,                      303 404 404 404 404 404 404 303 303 303",
        "PAGE   /console/caches/walk/open/settings,         303 403 403 403 200 403 403 303 303 303",
        "PAGE   /console/caches/walk/closed/settings,       303 403 403 403 200 403 404 303 303 303",
        "PAGE   /console/tenants/walk/trusts,               303 403 403 403 200 403 404 303 303 303",
        "PAGE   /console/upstreams,                         303 403 403 403 403 403 403 303 303 303",
        "promote        /console/caches/walk/closed/promote, 303 403 403 403 403 403 404 303 303 303",
        "undo-promotion /console/caches/walk/closed,        303 403 403 403 403 403 404 303 303 303",
        "rotate-key         /console/caches/walk/closed,    303 403 403 403 303 403 404 303 303 303",
        "set-cache   /console/caches/walk/closed/settings,  303 403 403 403 400 403 404 303 303 303",
        "set-quota   /console/caches/walk/open/settings,    303 403 403 403 412 403 403 303 303 303",
        "make-trust   /console/tenants/walk/trusts,         303 403 403 403 400 403 404 303 303 303",
        "delete-trust /console/tenants/walk/trusts,         303 403 403 403 404 403 404 303 303 303",
        "set-tenant-quota   /console/tenants/walk,          303 403 403 403 403 403 403 303 303 303",
        "set-named-hold     /console/tenants/walk,          303 403 403 403 403 403 403 303 303 303",
        "hold-tenant        /console/tenants/walk,          303 403 403 403 403 403 403 303 303 303",
        "release-hold       /console/tenants/walk,          303 403 403 403 403 403 403 303 303 303",
        "release-named-hold /console/tenants/walk,          303 403 403 403 403 403 403 303 303 303",
        "delete-tenant      /console/tenants/walk,          303 403 403 403 403 403 403 303 303 303",
        "pin-path    /console/caches/walk/closed/paths/@,   303 403 403 403 404 403 404 303 303 303",
        "deny-path   /console/caches/walk/closed/paths/@,   303 403 403 403 403 403 404 303 303 303",
        "delete-path /console/caches/walk/closed/paths/@,   303 403 403 404 403 403 404 303 303 303",
        "revoke-token /console/caches/walk/closed,          303 403 403 403 404 403 404 303 303 303",
        "make-token   /console/caches/walk/closed,          303 403 403 403 400 403 404 303 303 303",
        "delete-pin   /console/caches/walk/closed,          303 403 403 403 404 403 404 303 303 303",
        "lift-denial  /console/caches/walk/closed,          303 403 403 403 403 403 404 303 303 303",
        "revoke-key   /console/caches/walk/closed,          303 403 403 403 404 403 404 303 303 303",
        "delete-cache /console/caches/walk/closed,          303 403 403 403 400 403 404 303 303 303",
        "delete-cache /console/caches/walk/open,            303 403 403 403 400 403 403 303 303 303",
        "no-action    /console/caches/walk/closed,          303 404 404 404 404 404 404 303 303 303",
    })
    void answers(String route, String expected) throws Exception {
        List<String> words = Arrays.asList(route.split(" +", -1));
        String path = words.get(1).replace("@", HASH);
        Map<String, Integer> given = new HashMap<>();
        Map<String, Integer> wanted = new HashMap<>();
        List<String> statuses = Arrays.asList(expected.split(" ", -1));
        // all at once: the server takes its time to refuse a wrong token
        List<CompletableFuture<HttpResponse<String>>> answers = CALLERS.stream()
                .map(caller -> CompletableFuture.supplyAsync(
                        () -> answer(words.get(0), path, caller), Thread::startVirtualThread))
                .toList();
        for (int i = 0; i < CALLERS.size(); i++) {
            String caller = CALLERS.get(i);
            HttpResponse<String> answer = answers.get(i).get();
            given.put(caller, answer.statusCode());
            wanted.put(caller, Integer.parseInt(statuses.get(i)));
            if (List.of(401, 403, 404).contains(answer.statusCode())) {
                assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
            }
            assertThat(answer.headers().firstValue("WWW-Authenticate").isPresent())
                    .isEqualTo(answer.statusCode() == 401);
            if (answer.statusCode() == 403) {
                assertThat(answer.body().length()).as(answer.body()).isGreaterThan(60);
            }
        }
        assertThat(given).isEqualTo(wanted);
    }

    /** A page of the console is asked for, or an action posted to it, by who has logged in with the token, if that succeeded. */
    private HttpResponse<String> answer(String method, String path, String caller) {
        try {
            return ask(method, path, caller);
        } catch (Exception e) {
            throw new IllegalStateException(method + " " + path + " as " + caller, e);
        }
    }

    private HttpResponse<String> ask(String method, String path, String caller) throws Exception {
        String token = TOKENS.getOrDefault(caller, "");
        if (!path.startsWith(ConsoleClient.ROOT)) {
            return client.as(token, method, path, "");
        }
        ConsoleClient browser = BROWSERS.get(caller);
        if (browser == null) {
            browser = new ConsoleClient();
            BROWSERS.put(caller, browser);
            if (!token.isEmpty()) {
                browser.logIn(token);
            }
        }
        if (method.equals("PAGE")) {
            return browser.get(path);
        }
        browser.get(ConsoleClient.ROOT);
        return browser.post(path, "do", method);
    }

    @Test
    void tellsACacheThatMayNotBeSeenFromNoneByNothing() throws Exception {
        for (String caller : List.of("nobody", "other tenant")) {
            for (String path : Arrays.asList("nix-cache-info", HASH + ".narinfo", "public-key")) {
                HttpResponse<String> hidden =
                        client.as(TOKENS.getOrDefault(caller, ""), "GET", "/walk/closed/" + path, "");
                HttpResponse<String> absent =
                        client.as(TOKENS.getOrDefault(caller, ""), "GET", "/walk/none/" + path, "");
                assertThat(hidden.body()).isEqualTo(absent.body());
                assertThat(hidden.headers().map().keySet())
                        .isEqualTo(absent.headers().map().keySet());
            }
        }
    }

    /** What cannot be made fails here, once, and with what was answered. */
    @BeforeAll
    static void prepare() throws Exception {
        for (String tenant : List.of("walk", "other")) {
            administer("PUT", "/api/v1/tenants/" + tenant, "");
        }
        administer("PUT", "/api/v1/tenants/walk/caches/open", "{\"visibility\":\"public\"}");
        administer("PUT", "/api/v1/tenants/walk/caches/closed", "{}");
        for (String scope : List.of("pull", "push", "delete", "administer", "audit")) {
            TOKENS.put(
                    scope, make("walk", "\"" + scope + "\"", "").path("token").asText());
        }
        String all = "\"pull\",\"push\",\"delete\",\"administer\"";
        TOKENS.put("other tenant", make("other", all, "").path("token").asText());
        TOKENS.put("wrong", TOKENS.getOrDefault("pull", "").substring(0, 60) + "abcdefgh");
        String soon = ",\"expiresAt\":\"" + Instant.now().plusSeconds(1) + "\"";
        TOKENS.put("expired", make("walk", all, soon).path("token").asText());
        JsonNode revoked = make("walk", all, "");
        administer("DELETE", "/api/v1/tenants/walk/tokens/" + revoked.path("id").asText(), "");
        TOKENS.put("revoked", revoked.path("token").asText());
        Thread.sleep(1100);
    }

    private static JsonNode make(String tenant, String scopes, String more) throws Exception {
        return ApiClient.json(administer(
                "POST", "/api/v1/tenants/" + tenant + "/tokens", "{\"scopes\":[" + scopes + "]" + more + "}"));
    }

    private static HttpResponse<String> administer(String method, String path, String json) throws Exception {
        HttpResponse<String> answer = new ApiClient("").asAdministrator(method, path, json);
        assertThat(answer.statusCode())
                .as(method + " " + path + ": " + answer.body())
                .isLessThan(300);
        return answer;
    }
}
