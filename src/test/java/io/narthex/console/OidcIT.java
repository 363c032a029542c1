package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.console.oidc.TestProvider;
import io.narthex.it.OwnServer;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.it.TestCertificate;
import io.narthex.serve.LauncherProcess;
import io.narthex.trust.TestKeys;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logging in to the console of two nodes at an OpenID provider of our own. */
class OidcIT {
    private static final TestKeys KEYS = new TestKeys();
    private static final String SESSION = ConsoleClient.SESSION;
    private static final String AWAY = "narthex-away";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all
    private static TestProvider provider;

    @SuppressWarnings("NullAway.Init")
    private static OwnServer server;

    @SuppressWarnings("NullAway.Init")
    private static LauncherProcess second;

    @SuppressWarnings("NullAway.Init")
    private static String other;

    @SuppressWarnings("NullAway.Init")
    private static TestCertificate certificate;

    @BeforeAll
    static void start() throws Exception {
        KEYS.add(TestProvider.KEY, "RS256").add("foreign", "RS256");
        certificate = TestCertificate.of(directory, "ip:127.0.0.1");
        provider = new TestProvider(certificate, KEYS);
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_URL", "http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
        settings.put("NARTHEX_UPSTREAM_ADDRESSES", "127.0.0.1");
        settings.put("NARTHEX_TRUST_STORE_FILE", certificate.pem().toString());
        settings.put("NARTHEX_OIDC_ISSUER", provider.url());
        settings.put("NARTHEX_OIDC_CLIENT_ID", TestProvider.CLIENT);
        settings.put("NARTHEX_OIDC_CLIENT_SECRET", TestProvider.SECRET);
        settings.put(
                "NARTHEX_OIDC_ROLES",
                "acme:reader=/acme/staff, acme:owner=/acme/owners, acme:auditor=eyes, beta:auditor=eyes,"
                        + " beta:pusher=beta people, none:owner=/acme/owners,"
                        + " administrator=platform");
        server = OwnServer.start(Files.createDirectories(directory.resolve("first")), settings);
        Map<String, String> ports = LauncherProcess.freePorts();
        second = server.startNode(directory.resolve("second"), ports);
        other = "http://127.0.0.1:" + ports.get("NARTHEX_PORT");
        TenantCache any = server.cache("{}");
        for (String tenant : List.of("acme", "beta", "gamma")) {
            any.administer("PUT", "/api/v1/tenants/" + tenant, "{}");
            any.administer("PUT", "/api/v1/tenants/" + tenant + "/caches/ci", "{}");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (second != null) {
            second.close();
        }
        if (server != null) {
            server.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    /** A browser, which trusts the provider's certificate. */
    private static ConsoleClient browser() throws Exception {
        return new ConsoleClient(server.url(), certificate);
    }

    /** Where the provider sends a browser back to, that has begun to log in. */
    private static String away(ConsoleClient browser, String query) throws Exception {
        HttpResponse<String> sent = browser.get("/console/oidc" + query);
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(303);
        String to = sent.headers().firstValue("Location").orElseThrow();
        assertThat(to).startsWith(provider.url() + "/authorize?");
        HttpResponse<String> back = browser.getFrom(to);
        assertThat(back.statusCode()).as(back.body()).isEqualTo(302);
        String location = back.headers().firstValue("Location").orElseThrow();
        assertThat(location).startsWith(server.url() + "/console/oidc/callback?");
        return location.substring(server.url().length());
    }

    private static HttpResponse<String> logIn(ConsoleClient browser) throws Exception {
        HttpResponse<String> in = browser.get(away(browser, ""));
        browser.get("/console");
        return in;
    }

    private static ConsoleClient loggedIn(String subject, String... groups) throws Exception {
        provider.person(subject, groups);
        ConsoleClient browser = browser();
        HttpResponse<String> in = logIn(browser);
        assertThat(in.statusCode()).as(in.body()).isEqualTo(303);
        return browser;
    }

    private static Rows rows() {
        return server.rows();
    }

    @Test
    void offersItAndStartsHereAndEndsOnTheOtherNode() throws Exception {
        provider.person("jane", "/acme/staff");
        ConsoleClient browser = browser();
        assertThat(browser.get("/console?next=%2Fconsole%2Fcaches%2Facme%2Fci").body())
                .contains("<a class=\"button\" href=\"/console/oidc?next=%2Fconsole%2Fcaches%2Facme%2Fci\">Log in at"
                        + " 127.0.0.1</a>");
        String back = away(browser, "?next=%2Fconsole%2Fcaches%2Facme%2Fci");

        HttpResponse<String> in = browser.getFrom(other + back);

        assertThat(in.statusCode()).as(in.body()).isEqualTo(303);
        assertThat(in.headers().firstValue("Location")).contains("/console/caches/acme/ci");
        assertThat(in.headers().allValues("Set-Cookie"))
                .filteredOn(cookie -> cookie.startsWith(SESSION + "="))
                .singleElement()
                .asString()
                .endsWith("; Path=/console; Secure; HttpOnly; SameSite=Lax");
        assertThat(browser.get("/console/caches/acme/ci").body()).contains("<h1>acme/ci</h1>", "jane@example.org");
        assertThat(browser.getFrom(other + "/console").body())
                .contains("acme/ci")
                .doesNotContain("beta/ci");
    }

    @Test
    void hasARoleInEachTenantOfTheGroups() throws Exception {
        ConsoleClient browser = loggedIn("joe", "/acme/owners", "beta people", "unknown");
        assertThat(browser.get("/console").body())
                .contains("acme/ci", "beta/ci")
                .doesNotContain("gamma/ci");
        assertThat(browser.get("/console/caches/acme/ci").body()).contains("\"revoke-key\"", "\"delete-cache\"");
        assertThat(browser.get("/console/tenants/acme/record").statusCode()).isEqualTo(200);
        assertThat(browser.get("/console/caches/beta/ci").body()).doesNotContain("\"revoke-key\"", "\"delete-cache\"");
        assertThat(browser.get("/console/caches/beta/ci/paths").statusCode()).isEqualTo(200);
        assertThat(browser.get("/console/tenants/beta/record").statusCode()).isEqualTo(403);
        assertThat(browser.get("/console/caches/gamma/ci").statusCode()).isEqualTo(404);
        assertThat(browser.get("/console/jobs").statusCode()).isEqualTo(403);
        assertThat(loggedIn("root", "platform").get("/console/jobs").statusCode())
                .isEqualTo(200);
    }

    @Test
    void anAuditorReadsTheRecordOfEachTenantOfTheGroupAndChangesNothing() throws Exception {
        ConsoleClient browser = loggedIn("ed", "eyes");
        for (String tenant : List.of("acme", "beta")) {
            assertThat(browser.get("/console/tenants/" + tenant + "/record?action=cache-created")
                            .body())
                    .contains("<span class=\"hint\">" + tenant + "/ci</span>")
                    .doesNotContain("gamma");
            String page = browser.get("/console/caches/" + tenant + "/ci").body();
            assertThat(page).contains("log-out").doesNotContainPattern("name=\"do\" value=\"(?!log-out)");
        }
        assertThat(browser.get("/console").body()).contains("What needs attention");
        assertThat(browser.get("/console/record").statusCode()).isEqualTo(403);
        assertThat(browser.post("/console/caches/acme/ci", "do", "make-token", "scope-pull", "on")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void actsUnderThePersonsNameAndMayGiveWhatTheRoleHas() throws Exception {
        ConsoleClient browser = loggedIn("ann", "/acme/owners");
        browser.get("/console/caches/acme/ci");
        HttpResponse<String> made =
                browser.post("/console/caches/acme/ci", "do", "make-token", "note", "by ann", "scope-push", "on");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        assertThat(rows().texts("select distinct token_note from audit.events where action = 'token-created'"
                        + " and detail ->> 'note' = 'by ann'"))
                .containsExactly("ann@example.org");
    }

    @Test
    void whoHasNoRoleStaysOutsideAndIsRecorded() throws Exception {
        provider.person("eve", "nobody");
        ConsoleClient browser = browser();
        HttpResponse<String> refused = browser.get(away(browser, ""));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("eve@example.org has no role here");
        assertThat(browser.cookie(SESSION)).isEmpty();
        assertThat(rows().awaitTexts("select reason from audit.events where detail ->> 'kind' = 'person'"
                        + " and reason like 'eve@%'"))
                .hasSize(1);
    }

    @Test
    void takesBackNobodyWhomItHasNotSent() throws Exception {
        provider.person("mallory", "/acme/owners");
        ConsoleClient attacker = browser();
        String back = away(attacker, "");
        ConsoleClient victim = browser();
        // with no cookie, and with that of a log-in of its own
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> refused = victim.get(back);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("did not begin in this browser");
            assertThat(victim.cookie(SESSION)).isEmpty();
            away(victim, "");
        }
        assertThat(attacker.get(back.replace("&iss=", "&iss=https%3A%2F%2Fevil.example&was="))
                        .statusCode())
                .isEqualTo(403);
        assertThat(attacker.get(back.replaceFirst("code=[^&]*", "error=access_denied"))
                        .body())
                .contains("has not logged you in");
    }

    @Test
    void takesACodeOnce() throws Exception {
        provider.person("jim", "/acme/staff");
        ConsoleClient browser = browser();
        String back = away(browser, "");
        String away = browser.cookie(AWAY);
        assertThat(browser.get(back).statusCode()).isEqualTo(303);
        assertThat(browser.cookie(AWAY)).isEmpty();
        assertThat(browser.get(back).statusCode()).isEqualTo(403);
        browser.setCookie(AWAY, away);
        assertThat(browser.get(back).body()).contains("The provider has refused it");
    }

    @Test
    void leadsNowhereElse() throws Exception {
        provider.person("jim", "/acme/staff");
        ConsoleClient browser = browser();
        String back = away(browser, "?next=%2F%2Fevil.example%2Fconsole");
        assertThat(browser.get(back).headers().firstValue("Location")).contains("/console");
        String state = away(browser, "?next=%2Fconsole%2Fcaches%2Facme%2Fci").replaceFirst(".*state=([^&]*).*", "$1");
        String forged = state.substring(0, state.indexOf('.') + 1) + "L2NvbnNvbGUvam9icw";
        assertThat(browser.get("/console/oidc/callback?code=x&state=" + forged).body())
                .contains("did not begin in this browser");
    }

    @Test
    void believesNoIdentityTokenThatProvesNothing() throws Exception {
        List<TestProvider.Signer> signers = List.of(
                claims -> TestKeys.unsigned(claims, TestProvider.KEY),
                claims -> KEYS.signByPublicKey(claims, TestProvider.KEY),
                claims -> KEYS.forge(claims, TestProvider.KEY, "foreign"));
        for (TestProvider.Signer signer : signers) {
            provider.person("eve", "/acme/owners");
            provider.signs(signer);
            isNotBelieved();
        }
        long now = Instant.now().getEpochSecond();
        Map<String, Object> wrong = Map.of(
                "nonce",
                "another",
                "iss",
                "https://evil.example",
                "aud",
                List.of("another"),
                "exp",
                now - 120,
                "nbf",
                now + 600,
                "sub",
                "");
        for (Map.Entry<String, Object> claim : wrong.entrySet()) {
            provider.person("eve", "/acme/owners");
            provider.says(claim.getKey(), claim.getValue());
            isNotBelieved();
        }
    }

    private static void isNotBelieved() throws Exception {
        ConsoleClient browser = browser();
        HttpResponse<String> refused = browser.get(away(browser, ""));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
        assertThat(refused.body()).contains("<h1>Log in</h1>", "dentity token");
        assertThat(browser.cookie(SESSION)).isEmpty();
    }

    @Test
    void givesANewIdAndEndsTheFormerSession() throws Exception {
        ConsoleClient browser = loggedIn("sue", "/acme/staff");
        String first = browser.cookie(SESSION);
        assertThat(logIn(browser).statusCode()).isEqualTo(303);
        assertThat(browser.cookie(SESSION)).isNotEqualTo(first);
        ConsoleClient former = browser();
        former.setCookie(SESSION, first);
        assertThat(former.get("/console").body()).contains("<h1>Log in</h1>");
    }

    @Test
    void aLogOutEndsTheTokensOfTheSession() throws Exception {
        ConsoleClient browser = loggedIn("tom", "/acme/owners", "beta people");
        String live = "select t.id::text from token t where t.note = 'tom@example.org' and t.revoked_at is null";
        assertThat(rows().texts(live)).hasSize(2);
        assertThat(browser.post("/console", "do", "log-out").statusCode()).isEqualTo(303);
        assertThat(browser.get("/console").body()).contains("<h1>Log in</h1>");
        assertThat(rows().texts(live)).isEmpty();
        assertThat(rows().texts("select 1 from console_session where subject = 'tom'"))
                .isEmpty();
    }

    @Test
    void asksForTheGroupsAtEachUnsafeAct() throws Exception {
        ConsoleClient browser = loggedIn("ida", "/acme/owners");
        browser.get("/console/caches/acme/ci");
        provider.says("groups", List.of("/acme/staff"));
        assertThat(browser.get("/console/caches/acme/ci").body()).contains("\"make-token\"");
        HttpResponse<String> refused =
                browser.post("/console/caches/acme/ci", "do", "make-token", "note", "by ida", "scope-pull", "on");
        assertThat(refused.statusCode()).isEqualTo(303);
        assertThat(refused.headers().firstValue("Location")).contains("/console?next=%2Fconsole%2Fcaches%2Facme%2Fci");
        assertThat(rows().texts("select 1 from token where note = 'by ida'")).isEmpty();
        assertThat(browser.cookie(SESSION)).isEmpty();
        logIn(browser);
        assertThat(browser.get("/console/caches/acme/ci").body()).doesNotContain("\"make-token\"");
    }

    @Test
    void asksForTheGroupsEveryQuarterOfAnHour() throws Exception {
        ConsoleClient browser = loggedIn("kim", "/acme/staff");
        for (int i = 0; i < 2; i++) {
            passQuarter("kim");
            assertThat(browser.get("/console/caches/acme/ci").statusCode()).isEqualTo(200);
            assertThat(rows().texts("select 1 from console_session where subject = 'kim'"
                            + " and asked_at > now() - interval '10 min'"))
                    .hasSize(1);
        }
        passQuarter("kim");
        provider.answers(503);
        assertThat(browser.get("/console").statusCode()).isEqualTo(503);
        provider.answers(200);
        assertThat(browser.get("/console/caches/acme/ci").statusCode()).isEqualTo(200);
        passQuarter("kim");
        provider.answers(400);
        assertThat(browser.get("/console").body()).contains("<h1>Log in</h1>", "log in again");
    }

    private static void passQuarter(String subject) throws Exception {
        assertThat(rows().change(
                                "update console_session set asked_at = now() - interval '16 min' where subject = ?",
                                subject))
                .isEqualTo(1);
    }

    @Test
    void whomTheProviderCannotBeAskedAboutLogsInEveryQuarterOfAnHour() throws Exception {
        provider.person("lea", "/acme/staff");
        provider.givesNoRefresh();
        ConsoleClient browser = browser();
        logIn(browser);
        assertThat(browser.get("/console/caches/acme/ci").statusCode()).isEqualTo(200);
        passQuarter("lea");
        assertThat(browser.get("/console/caches/acme/ci").statusCode()).isEqualTo(303);
    }

    @Test
    void whatIsHardToUndoAsksForAPasswordThatWasShownLately() throws Exception {
        provider.person("max", "/acme/owners");
        provider.says("auth_time", Instant.now().minusSeconds(900).getEpochSecond());
        ConsoleClient browser = browser();
        logIn(browser);
        browser.get("/console/caches/acme/ci");
        HttpResponse<String> asked = browser.post("/console/caches/acme/ci", "do", "lift-denial", "id", "none");
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body())
                .contains("log in again", "/console/oidc?next=%2Fconsole%2Fcaches%2Facme%2Fci&amp;again=true");
        assertThat(browser.get(away(browser, "?next=%2Fconsole%2Fcaches%2Facme%2Fci&again=true"))
                        .statusCode())
                .isEqualTo(303);
        browser.get("/console/caches/acme/ci");
        assertThat(browser.post("/console/caches/acme/ci", "do", "lift-denial", "id", "none")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void keepsNothingThatOpensAnything() throws Exception {
        loggedIn("uma", "/acme/staff");
        List<String> kept = rows().texts("select encode(refresh, 'escape') from console_session where subject = 'uma'");
        assertThat(kept).hasSize(1);
        // the provider's are UUIDs
        assertThat(kept.getFirst().getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(36 + 12 + 15);
        assertThat(kept.getFirst()).doesNotContainPattern("[0-9a-f]{8}-[0-9a-f]{4}");
    }

    @Test
    void sendsTheBrowserWithWhatTheProtocolAsksFor() throws Exception {
        ConsoleClient browser = browser();
        HttpResponse<String> sent = browser.get("/console/oidc");
        URI to = URI.create(sent.headers().firstValue("Location").orElseThrow());
        assertThat(to.getQuery())
                .contains("response_type=code", "code_challenge_method=S256", "code_challenge=", "nonce=", "state=")
                .contains("redirect_uri=" + server.url() + "/console/oidc/callback");
        assertThat(sent.headers().firstValue("Cache-Control")).contains("no-store");
    }
}
