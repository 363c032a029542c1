package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.Recipes;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** URLs that no honest client sends, byte for byte: none is an error of the server's, none gives a file away. */
@ExtendWith(SharedServer.class)
class HostileUrlIT {
    private static final String SECRET = "a secret that lies beside the store";

    /** Where a URL may lead out of what is served: the token, the database, the system. */
    private static final List<String> TARGETS = List.of(
            "../secret",
            "../../secret",
            "../../../secret",
            "../../../../secret",
            "../../../../../../../../../../etc/passwd",
            "..%2f..%2f..%2fsecret",
            "%2e%2e/%2e%2e/%2e%2e/secret",
            "%2e%2e%2f%2e%2e%2fsecret",
            "..%5c..%5csecret",
            "..\\..\\secret",
            "%252e%252e%252fsecret",
            "..;/..;/secret",
            "..%00/secret",
            "%c0%ae%c0%ae/%c0%ae%c0%ae/secret",
            "%c0%af..%c0%afsecret",
            "..\u00c0\u00afsecret",
            "//secret",
            "/%2fsecret",
            "file:///etc/passwd");

    private static final List<String> OTHERS = List.of(
            "%",
            "%4",
            "%zz",
            "%00",
            "%0d%0aX-Injected:%201",
            "%ff%fe",
            "\u00ff\u00fe",
            "\u0080",
            "a%ffb",
            "0000000000000000000000000000000e.narinfo",
            "0000000000000000000000000000000.narinfo",
            "000000000000000000000000000000000.narinfo",
            "00000000000000000000000000000000.NARINFO",
            "00000000000000000000000000000000.narinfo/",
            "00000000000000000000000000000000.narinfo;x=1",
            "00000000000000000000000000000000.narinfo?x=%",
            "00000000000000000000000000000000.narinfo?json",
            "0000000000000000000000000000000%30.narinfo",
            "000000000000000000000000000000%00.narinfo",
            "\u00b90000000000000000000000000000000.narinfo",
            ".narinfo",
            ".ls",
            ".nar",
            ".doi",
            "WEB-INF/web.xml",
            "META-INF/MANIFEST.MF",
            "WEB-INF/classes/version.properties",
            "%57EB-INF/web.xml",
            "web-inf/web.xml",
            "a".repeat(100_000),
            "%61".repeat(33_000),
            "../".repeat(30_000),
            "/".repeat(50_000),
            "0".repeat(100_000) + ".narinfo",
            "\u00e9".repeat(5_000));

    private static final List<String> PLACES =
            List.of("/", "/nar/", "/serve/", "/log/", "/realisations/", "/build-trace-v2/x/", "/build-trace-v2/");

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @Test
    void areNeverAnErrorOfTheServersAndGiveNoFileAway() throws Exception {
        Files.writeString(served.root().resolve("secret"), SECRET);
        Files.writeString(served.root().resolve("nix/secret"), SECRET);
        StorePath path = served.add(Recipes.tree(served, "besieged"));
        List<String> places = new ArrayList<>(PLACES);
        places.add("/serve/" + path.hash() + "/");
        places.add("/serve/" + path.hash() + "/sub/");
        places.add("/serve/" + path.hash());
        places.add("/" + path.hash());
        for (String place : places) {
            for (List<String> ends : List.of(TARGETS, OTHERS)) {
                for (String end : ends) {
                    isHarmless(place + end, "GET");
                }
            }
        }
    }

    @Test
    void areAsHarmlessWithOtherMethods() throws Exception {
        for (String method : List.of("HEAD", "OPTIONS", "POST", "TRACE", "CONNECT", "PROPFIND", "QUERY")) {
            for (String url : List.of(
                    "/",
                    "/nix-cache-info",
                    "/" + "0".repeat(32) + ".narinfo",
                    "/nar/x",
                    "/serve/x",
                    "/log/%zz",
                    "/..%2fsecret",
                    "/%ff")) {
                isHarmless(url, method);
            }
        }
    }

    @Test
    void areAsHarmlessWithoutASlashBefore() throws Exception {
        for (String url : List.of("*", "nar/x", "http://other/nix-cache-info", "http://[/", "?", "#", "\\..\\secret")) {
            isHarmless(url, "GET");
        }
    }

    @Test
    void areToldInOneShortLineWhatIsWrong() throws Exception {
        for (String url : List.of(
                "/%ff.narinfo",
                "/nar/zz",
                "/serve/" + "0".repeat(32) + "/%00",
                "/serve/" + "0".repeat(31) + "%ff/text",
                "/serve/" + "0".repeat(31) + "/%ff",
                "/serve/" + "e".repeat(32) + "/%ff",
                "/serve/%ff/text",
                "/x.narinfo")) {
            Answer answer = wire.get(url);
            assertThat(answer.status()).as(url).isEqualTo(400);
            assertThat(answer.header("Content-Type")).as(url).startsWith("text/plain");
            assertThat(answer.text()).as(url).startsWith("400 ").hasLineCount(1);
        }
    }

    @Test
    void areRefusedInTheSameWayByTheServerItself() throws Exception {
        Map<String, Integer> refused = Map.of(
                "/a\u0001b", 400,
                "/a\u007f", 400,
                "/nix-cache-info?\u000b", 400,
                "/WEB-INF/x", 404,
                "/META-INF/x", 404,
                "/%57EB-INF/web.xml", 404,
                "/a/%2e%2e/WEB-INF/web.xml", 404);
        for (Map.Entry<String, Integer> each : refused.entrySet()) {
            isALine(each.getKey(), each.getValue(), wire.get(each.getKey()));
        }
        Answer trace = wire.send("TRACE", "/nix-cache-info", "Cookie: told=to-nobody");
        isALine("TRACE", 405, trace);
        assertThat(trace.header("Allow")).contains("GET");
        assertThat(trace.text()).doesNotContain("to-nobody");
    }

    @Test
    void areRefusedByTheListenerWithoutAWord() throws Exception {
        for (String url : List.of("/%zz", "/%", "/nix-cache-info?x=%4", "/nar/x;y=%zz", "*")) {
            Answer answer = wire.get(url);
            assertThat(answer.status()).as(url).isEqualTo(400);
            assertThat(answer.body()).as(url).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a[",
                "/A&[.nar",
                "/a|b",
                "/a^b",
                "/a{b}",
                "/a\"b",
                "/a<b>",
                "/a`b",
                "/a\\b",
                "/x/[",
                "/\u00c3\u00a9"
            })
    void areReadAsEscapedWhereALetterShouldHaveBeen(String url) throws Exception {
        isALine(url, 404, wire.get(url));
        isALine(url, 404, wire.get("http://" + wire.url().substring(7) + url));
    }

    @Test
    void findAFileByARawNameAsByAnEscapedOne() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "raw-names"));
        String directory = "/serve/" + path.hash() + "/";
        for (String name : List.of("caf\u00c3\u00a9", "a[1]|{2}")) {
            Answer raw = wire.get(directory + name);
            Answer escaped = wire.get(directory + escaped(name));
            assertThat(raw.status()).as(name).isEqualTo(escaped.status());
            assertThat(raw.body()).as(name).isEqualTo(escaped.body());
        }
    }

    private static String escaped(String name) {
        StringBuilder all = new StringBuilder();
        name.chars().forEach(c -> all.append(String.format(java.util.Locale.ROOT, "%%%02X", c)));
        return all.toString();
    }

    @Test
    void areRefusedToHeadWithTheSameHeadersAsToGet() throws Exception {
        for (String url : List.of("/" + "0".repeat(32) + ".narinfo", "/WEB-INF/x", "/a\u0001b")) {
            Answer get = wire.get(url);
            Answer head = wire.head(url);
            assertThat(head.status()).as(url).isEqualTo(get.status());
            assertThat(head.body()).as(url).isEmpty();
            for (String header : List.of("Content-Length", "Content-Type", "Cache-Control")) {
                assertThat(head.header(header)).as(url).isEqualTo(get.header(header));
            }
        }
    }

    @Test
    void meanTheSameWithAndWithoutEscapes() throws Exception {
        StorePath path = served.add("escaped", "a file");
        String hash = path.hash().toString();
        String escaped = "%" + Integer.toHexString(hash.charAt(0)) + hash.substring(1);
        assertThat(wire.get("/" + escaped + ".narinfo").body())
                .isEqualTo(wire.get("/" + hash + ".narinfo").body());
    }

    private static void isALine(String shown, int status, Answer answer) {
        assertThat(answer.status()).as(shown).isEqualTo(status);
        assertThat(answer.header("Content-Type")).as(shown).isEqualTo("text/plain;charset=utf-8");
        assertThat(answer.header("X-Content-Type-Options")).as(shown).isEqualTo("nosniff");
        assertThat(answer.header("Cache-Control")).as(shown).isEqualTo("no-store");
        assertThat(answer.text()).as(shown).startsWith(status + " ").hasLineCount(1);
    }

    @Test
    void areAsHarmlessInHeaders() throws Exception {
        StorePath path = served.add("besieged-headers", "a file");
        for (String url :
                List.of("/" + path.hash() + ".narinfo", "/nar/" + path.hash() + ".nar", "/", "/serve/" + path.hash())) {
            for (String header : List.of(
                    "Range: bytes=" + "9".repeat(5_000) + "-",
                    "Range: bytes=-" + "9".repeat(40),
                    "Range: bytes=18446744073709551615-18446744073709551616",
                    "If-Modified-Since: \u00ff",
                    "If-Modified-Since: Mon, 99 Foo 99999 00:00:00 GMT",
                    "If-None-Match: \u00ff,,,\"",
                    "If-Range: \u00ff",
                    "Accept-Encoding: ;;;q=,zstd;q=x,\u00ff",
                    "Accept: \u00ff/;q=9",
                    "Accept: garbage",
                    "Accept: image/png",
                    "Authorization: Basic \u00ff",
                    "Authorization: Bearer",
                    "Content-Type: \u00ff")) {
                isHarmless(url, "GET", header);
            }
        }
    }

    private void isHarmless(String url, String method, String... headers) throws Exception {
        String shown = method + " " + (url.length() > 200 ? url.substring(0, 200) + "…" : url) + " " + List.of(headers);
        Optional<Answer> answer = wire.ask(method, url, headers);
        answer.ifPresent(a -> {
            assertThat(a.status()).as(shown).isLessThan(500);
            assertThat(a.text())
                    .as(shown)
                    .doesNotContain(SECRET, "root:x:0:", "<web-app", "jakarta.", "io.narthex", "Manifest-Version")
                    .doesNotContain(served.root().toString());
            assertThat(a.has("X-Injected")).as(shown).isFalse();
        });
    }
}
