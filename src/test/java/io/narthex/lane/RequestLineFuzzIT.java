package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireConnection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Request lines of all kinds, made by chance from one seed. None is an error of the server's, and behind each the connection
 * either answers the next request or is closed. A failure names the number of its request: the same seed makes it again.
 */
@ExtendWith(SharedServer.class)
class RequestLineFuzzIT {
    private static final long SEED = 20_261_129;
    private static final int REQUESTS = 3_000;

    /** Nothing that reads a body, waits, or changes what is there. */
    private static final List<String> METHODS = List.of(
            "GET", "GET", "GET", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G[T", "x".repeat(40), "");

    private static final List<String> PIECES = List.of(
            "/",
            "//",
            "..",
            ".",
            "/../",
            "/./",
            ";",
            ";x=1",
            ";x=%zz,;",
            "?",
            "?x=1&y",
            "?%",
            "?[]",
            "#",
            "*",
            "%",
            "%4",
            "%zz",
            "%2f",
            "%2F..%2f",
            "%00",
            "%0d%0a",
            "%ff",
            "%c3%a9",
            "%25",
            "[",
            "]",
            "|",
            "^",
            "{",
            "}",
            "\"",
            "<",
            ">",
            "`",
            "\\",
            "\u0080",
            "\u00ff",
            "\u00c3\u00a9",
            "\t",
            "\u0001",
            "\u007f",
            "+",
            "=",
            "!",
            "~",
            ":",
            "@",
            "&",
            "nar",
            "serve",
            "log",
            "realisations",
            "build-trace-v2",
            "debuginfo",
            "api",
            "api/v1/tenants",
            "api/v1/whoami",
            "console",
            "setup",
            "public-keys.json",
            "nix-cache-info",
            "WEB-INF",
            "push",
            ".ls",
            ".narinfo",
            ".drv",
            ".doi",
            "a".repeat(300),
            "0".repeat(32),
            "0".repeat(52));

    private static final List<String> HOSTS = List.of(
            "127.0.0.1",
            "localhost:20080",
            "LOCALHOST",
            "fuzz.example.com",
            "FUZZ.example.COM.",
            "fuzz.example.com:99999",
            "[::1]",
            "[::1",
            "[",
            "",
            " ",
            "a b",
            "a,b",
            "%zz",
            "\u00ff",
            "x".repeat(300),
            "user@host",
            "..",
            "a:b:c",
            "-");

    private final Random random = new Random(SEED);

    @SuppressWarnings("NullAway.Init")
    private TenantCache cache;

    @SuppressWarnings("NullAway.Init")
    private List<String> beginnings;

    @SuppressWarnings("NullAway.Init")
    private String token;

    @BeforeEach
    void make() throws Exception {
        token = ApiClient.token();
        cache = TenantCache.make("{\"visibility\":\"public\",\"virtualHosts\":[\"fuzz.example.com\"]}");
        String path = NixStore.served().add("fuzzed", "text").hash().toString();
        String tenant = "/" + cache.tenant() + "/ci";
        beginnings = List.of(
                "/",
                tenant + "/",
                "/" + path,
                tenant,
                "/serve/" + path + "/",
                "/api/v1/",
                "/default/default/",
                "",
                "*",
                "http://127.0.0.1",
                "HTTP://fuzz.example.com",
                "http://fuzz.example.com/",
                "https://[::1]:1",
                "ftp://x",
                "x:443",
                "http://",
                "http:/",
                "//x/",
                tenant + "/serve/" + path,
                "/log/" + path + "-");
    }

    @AfterEach
    void giveTheHostBack() throws Exception {
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant(), "");
    }

    @Test
    void areNeverAnErrorOfTheServers() throws Exception {
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        WireConnection wire = WireConnection.toServer();
        try {
            for (int i = 0; i < REQUESTS; i++) {
                String method = one(METHODS);
                String request = request(method);
                String shown = "request " + i + ": " + (request.length() > 300 ? request.substring(0, 300) : request);
                wire.send(request);
                Optional<WireConnection.Status> answer = wire.answer(method.equals("HEAD"));
                assertThat(answer).as(shown).isPresent();
                int code = answer.orElseThrow().code();
                assertThat(code).as(shown).isBetween(200, 499);
                counts.merge(code, 1, Integer::sum);
                if (answer.orElseThrow().last()) {
                    assertThat(wire.isEnded()).as(shown).isTrue();
                    wire.close();
                    wire = WireConnection.toServer();
                }
            }
            wire.send("GET /nix-cache-info HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(wire.answer(false))
                    .hasValueSatisfying(a -> assertThat(a.code()).isEqualTo(200));
        } finally {
            wire.close();
        }
        // it would prove little if all were refused at the door
        assertThat(counts.keySet()).contains(200, 400, 401, 404, 405);
    }

    private String request(String method) {
        StringBuilder target = new StringBuilder(one(beginnings));
        for (int n = random.nextInt(4); n > 0; n--) {
            target.append(one(PIECES));
        }
        if (random.nextInt(200) == 0) {
            target.append(one(PIECES).repeat(3_000));
        }
        StringBuilder request =
                new StringBuilder(method).append(' ').append(target).append(" HTTP/1.");
        request.append(random.nextInt(10) == 0 ? "0" : "1").append("\r\n");
        int hosts = random.nextInt(20) == 0 ? random.nextInt(3) : 1;
        for (int n = hosts; n > 0; n--) {
            request.append("Host: ")
                    .append(random.nextInt(3) > 0 ? "127.0.0.1" : one(HOSTS))
                    .append("\r\n");
        }
        if (random.nextInt(4) == 0) { // a wrong one seldom: its answer waits
            request.append("Authorization: Bearer ")
                    .append(random.nextInt(50) > 0 ? token : "x")
                    .append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
