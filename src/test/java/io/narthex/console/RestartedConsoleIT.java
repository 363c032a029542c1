package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.console.oidc.TestProvider;
import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.it.TestCertificate;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import io.narthex.trust.TestKeys;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people ask of the console first, once a server was started again on a database with data: one behind the other, and all at the
 * same moment. Each may meet what nobody has used yet.
 */
class RestartedConsoleIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    /** Each gives the status of its answer. */
    private final Map<String, Callable<Integer>> requests = new LinkedHashMap<>();

    private final Map<String, Integer> expected = new HashMap<>();

    private void add(String name, int status, Callable<Integer> request) {
        requests.put(name, request);
        expected.put(name, status);
    }

    @Test
    void takesEachPageAndEachLogInAsItsFirst() throws Exception {
        TestKeys keys = new TestKeys().add(TestProvider.KEY, "RS256");
        TestCertificate certificate = TestCertificate.of(directory, "ip:127.0.0.1");
        try (TestProvider provider = new TestProvider(certificate, keys);
                OwnServer server = OwnServer.start(
                        Files.createDirectories(directory.resolve("server")), settings(provider, certificate))) {
            NixStore builder = NixStore.in(directory.resolve("builder"));
            StorePath path = builder.add("shown", "content");
            TenantCache cache = server.cache("{}");
            cache.push(builder, path, "none");
            provider.person("jane", "platform");
            ConsoleClient holder = new ConsoleClient(server.url());
            assertThat(holder.logIn(server.token()).statusCode()).isEqualTo(303);
            ConsoleClient person = new ConsoleClient(server.url(), certificate);
            assertThat(logInAtProvider(server, person)).isEqualTo(303);
            collect(server, cache, path, certificate, holder, person);

            restart(server);
            assertThat(inTurn()).isEqualTo(expected);
            restart(server);
            assertThat(atOnce()).isEqualTo(expected);
        }
    }

    private static Map<String, String> settings(TestProvider provider, TestCertificate certificate) throws Exception {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_URL", "http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
        settings.put("NARTHEX_UPSTREAM_ADDRESSES", "127.0.0.1");
        settings.put("NARTHEX_TRUST_STORE_FILE", certificate.pem().toString());
        settings.put("NARTHEX_OIDC_ISSUER", provider.url());
        settings.put("NARTHEX_OIDC_CLIENT_ID", TestProvider.CLIENT);
        settings.put("NARTHEX_OIDC_CLIENT_SECRET", TestProvider.SECRET);
        settings.put("NARTHEX_OIDC_ROLES", "administrator=platform");
        return settings;
    }

    private void collect(
            OwnServer server,
            TenantCache cache,
            StorePath path,
            TestCertificate certificate,
            ConsoleClient holder,
            ConsoleClient person) {
        String tenant = "/console/tenants/" + cache.tenant();
        String page = "/console/caches/" + cache.tenant() + "/ci";
        add(
                "log-in page",
                200,
                () -> new ConsoleClient(server.url()).get("/console").statusCode());
        add(
                "log-in by token",
                303,
                () -> new ConsoleClient(server.url()).logIn(server.token()).statusCode());
        add(
                "log-in by a wrong token",
                403,
                () -> new ConsoleClient(server.url()).logIn("x").statusCode());
        add("log-in at the provider", 303, () -> logInAtProvider(server, new ConsoleClient(server.url(), certificate)));
        for (String url : List.of(
                "/console",
                page,
                page + "/settings",
                page + "/paths?q=shown",
                page + "/paths/" + path.hash(),
                page + "/promote",
                tenant,
                tenant + "/trusts",
                tenant + "/record",
                "/console/record",
                "/console/jobs",
                "/console/upstreams")) {
            add(url, 200, () -> holder.get(url).statusCode());
        }
        add("overview of a person", 200, () -> person.get("/console").statusCode());
        add("act of a person", 200, () -> made(person, page));
        add("act by a token", 200, () -> made(holder, page));
    }

    private static int made(ConsoleClient browser, String page) throws Exception {
        return browser.post(page, "do", "make-token", "scope-pull", "on").statusCode();
    }

    private static int logInAtProvider(OwnServer server, ConsoleClient browser) throws Exception {
        String to = location(browser.get("/console/oidc"));
        String back = location(browser.getFrom(to));
        int status = browser.getFrom(back).statusCode();
        browser.get("/console");
        assertThat(back).startsWith(server.url());
        return status;
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElseThrow(() -> new AssertionError(answer.body()));
    }

    private static void restart(OwnServer server) throws Exception {
        server.kill();
        server.start();
    }

    private Map<String, Integer> inTurn() throws Exception {
        Map<String, Integer> given = new HashMap<>();
        for (Map.Entry<String, Callable<Integer>> request : requests.entrySet()) {
            given.put(request.getKey(), request.getValue().call());
        }
        return given;
    }

    private Map<String, Integer> atOnce() throws Exception {
        Map<String, Future<Integer>> asked = new HashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            requests.forEach((name, request) -> asked.put(name, threads.submit(request)));
        }
        Map<String, Integer> given = new HashMap<>();
        for (Map.Entry<String, Future<Integer>> each : asked.entrySet()) {
            given.put(each.getKey(), each.getValue().get());
        }
        return given;
    }
}
