package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.HalfSent;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * While one half of each kind of body has come, what allowed it changes. Revocation, deletion and narrower settings count when
 * the body ends; the end of a token counts when it begins.
 */
@ExtendWith(SharedServer.class)
class DecidedAgainIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SIG = ":" + "A".repeat(86) + "==";

    /** What is in the database of a cache that was pushed. */
    private static final String KEPT = """
        select file_name from staged_nar where cache_id = ?
        union all select name from uploaded_path where cache_id = ?
        union all select unnest(foreign_sigs) from uploaded_path where cache_id = ?
        union all select kind || '/' || name from uploaded_document where cache_id = ?
        order by 1
        """;

    private static final String REVOKE = """
        update signing_key set state = 'REVOKED', sealed_secret = null, due_at = null, revoked_at = now(),
                               revocation_reason = 'it leaked'
        where public_key = decode(?, 'hex')
        """;

    private static final String EVENTS = "select action from audit_event where cache_id = ? order by id";

    /** What a client puts. */
    private enum Kind {
        NAR,
        /** Not by the lane that is before the servlets, which knows no such header. */
        NAR_WITH_CODING,
        NARINFO,
        NARINFO_WITH_CODING,
        NARINFO_TO_MERGE,
        LISTING,
        LOG,
        DEBUGINFO,
        REALISATION,
        BUILD_TRACE,
        CACHE_INFO
    }

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private NixStore builder;
    private TenantCache cache;
    private String name;
    private HandPush published;
    private HandPush staged;
    private HandPush alsoStaged;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        builder = NixStore.in(directory.resolve("builder"));
        cache = TenantCache.make("{\"references\":\"lenient\"}");
        name = "/api/v1/tenants/" + cache.tenant();
        published = push("published");
        staged = push("staged");
        alsoStaged = push("also-staged");
        for (HandPush each : List.of(published, staged, alsoStaged)) {
            assertThat(each.putNar(cache)).isEqualTo(201);
        }
        assertThat(published.putNarInfo(cache)).isEqualTo(201);
    }

    private HandPush push(String what) throws IOException {
        StorePath path =
                builder.evaluate("builtins.toFile \"" + what + "\" \"" + what + " of " + cache.tenant() + "\"");
        return HandPush.of(builder, path, Compression.ZSTD);
    }

    @ParameterizedTest
    @CsvSource({"REVOKED, 401", "CACHE_DELETED, 404", "TENANT_DELETED, 401", "NARROWED, 403"})
    void countsWhenTheBodyEnds(String change, int status) throws Exception {
        String token = newToken(Instant.now().plus(Duration.ofHours(1)));
        int id = idOf("cache c join tenant t on t.id = c.tenant_id where t.name = ?", "c.id");
        Map<Kind, HalfSent> under = begin(token);
        List<String> before = kept(id);

        switch (change) {
            case "REVOKED" -> cache.administer("DELETE", name + "/tokens/" + publicId(token), "");
            case "CACHE_DELETED" -> cache.administer("DELETE", name + "/caches/ci", "");
            case "TENANT_DELETED" -> cache.administer("DELETE", name, "");
            default -> cache.administer("PUT", name + "/caches/ci", "{\"sources\":[\"local-store\"]}");
        }

        Map<Kind, Integer> answers = finish(under);
        assertThat(answers).allSatisfy((kind, answer) -> {
            // who may push is told what the cache is for, also when it takes nothing
            boolean told = change.equals("NARROWED") && kind == Kind.CACHE_INFO;
            assertThat(answer).as(kind.name()).isEqualTo(told ? 200 : status);
        });
        if (change.contains("DELETED")) {
            // its rows go by a job
            assertThat(before).containsAll(kept(id));
        } else {
            assertThat(kept(id)).isEqualTo(before);
        }
        // of the path that was pushed before
        assertThat(Rows.ofServer().texts(EVENTS, id)).containsOnlyOnce("path-published");
        assertThat(Rows.ofServer().texts(EVENTS, id)).doesNotContain("path-signed", "document-published");
    }

    @Test
    void countsWhenTheBodyBeginsForATokenThatEnds() throws Exception {
        Instant end = Instant.now().plusSeconds(4); // a body may stand still for five
        String token = newToken(end);
        Map<Kind, HalfSent> under = begin(token);
        for (Duration left = Duration.between(Instant.now(), end); left.isPositive(); ) {
            Thread.sleep(left.toMillis() + 1);
            left = Duration.between(Instant.now(), end);
        }
        assertThat(cache.send("GET", "nix-cache-info", new byte[0], token).statusCode())
                .isEqualTo(401);

        assertThat(finish(under))
                .allSatisfy((kind, answer) -> assertThat(answer).as(kind.name()).isIn(200, 201));
    }

    /** Whatever the settings say of a path is judged by what they say at its end. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"foreignSignatures\":\"require-trusted\"} | 403",
                "{\"references\":\"strict\"}                 | 400",
                "{\"priority\":7}                            | 201",
            })
    void judgesANarInfoByTheSettingsAtItsEnd(String settings, int status) throws Exception {
        byte[] lacking = staged.narInfo()
                .replace("References: ", "References: " + "0".repeat(32) + "-lacking")
                .getBytes(StandardCharsets.US_ASCII);
        try (HalfSent half = HalfSent.begin("PUT", url(staged.narInfoUrl()), cache.token(), lacking)) {
            cache.administer("PUT", name + "/caches/ci", settings);

            assertThat(half.finish()).isEqualTo(status);
        }
        assertThat(cache.get(staged.narInfoUrl()).statusCode()).isEqualTo(status == 201 ? 200 : 404);
    }

    /** What a change that is being committed does is waited for, though this node's memory knows nothing of it yet. */
    @ParameterizedTest
    @CsvSource({
        "CACHE, update cache set deleted_at = now() where id = ?, 404",
        "CACHE, 'update cache set sources = ''{local-store}'', version = version + 1 where id = ?', 403",
        "TENANT, update tenant set deleted_at = now() where id = ?, 401",
        "TOKEN, update token set revoked_at = now() where id = ?, 401",
    })
    void countsInTheTransactionThatKeeps(String kind, String change, int status) throws Exception {
        String token = newToken(Instant.now().plus(Duration.ofHours(1)));
        int id = idOf("cache c join tenant t on t.id = c.tenant_id where t.name = ?", "c.id");
        int subject = switch (kind) {
            case "CACHE" -> id;
            case "TENANT" -> idOf("tenant where name = ?", "id");
            default ->
                Integer.parseInt(Rows.ofServer()
                        .texts("select id from token where public_id = ?", publicId(token))
                        .getFirst());
        };
        List<String> before = kept(id);
        Map<Kind, CompletableFuture<Integer>> answers = new EnumMap<>(Kind.class);
        try (Connection connection = Rows.ofServer().connect();
                PreparedStatement lock =
                        connection.prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 0))");
                PreparedStatement update = connection.prepareStatement(change)) {
            connection.setAutoCommit(false);
            lock.setString(1, kind.toLowerCase(Locale.ROOT) + " " + subject);
            lock.execute();
            update.setInt(1, subject);
            assertThat(update.executeUpdate()).isEqualTo(1);
            for (Map.Entry<Kind, HalfSent> each : begin(token).entrySet()) {
                switch (each.getKey()) {
                    case NAR, NAR_WITH_CODING, LISTING, CACHE_INFO ->
                        each.getValue().close();
                    default -> answers.put(each.getKey(), CompletableFuture.supplyAsync(() -> finish(each.getValue())));
                }
            }
            Thread.sleep(300);
            assertThat(answers.values()).noneMatch(CompletableFuture::isDone);
            connection.commit();
        }

        assertThat(answers)
                .allSatisfy((what, answer) ->
                        assertThat(answer.join()).as(what.name()).isEqualTo(status));
        // of what is deleted the purge may have begun to take what was there
        assertThat(kept(id)).isSubsetOf(before);
    }

    /** What a store has that cannot be read may be the same path. */
    @Test
    void waitsForTheStoreThatACacheHasBegunToShow() throws Exception {
        NixStore.served().add("shown", "shown");
        Path database = Path.of(System.getProperty("it.nix.root"), "nix/var/nix/db/db.sqlite");
        byte[] body = staged.narInfo().getBytes(StandardCharsets.US_ASCII);
        try (HalfSent half = HalfSent.begin("PUT", url(staged.narInfoUrl()), cache.token(), body)) {
            cache.administer("PUT", name + "/caches/ci", "{\"sources\":[\"uploads\",\"local-store\"]}");
            Path aside = database.resolveSibling("aside");
            move(database, aside);
            try {
                Files.writeString(database, "no database");
                assertThat(half.finish()).isEqualTo(503);
            } finally {
                move(aside, database);
            }
        }
        assertThat(staged.putNarInfo(cache)).isEqualTo(201);
    }

    /** With its log, which may have all that is asked for. */
    private static void move(Path database, Path to) throws IOException {
        for (String file : List.of("", "-wal", "-shm")) {
            Path part = database.resolveSibling(database.getFileName() + file);
            if (Files.exists(part)) {
                Files.move(part, to.resolveSibling(to.getFileName() + file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The server trusts it no more from the moment on at which the revocation is committed, whoever has revoked it. */
    @Test
    void countsThatATrustedKeyIsRevokedInAnotherCache() throws Exception {
        try (SecretKey trusted = SecretKey.generate("trusted.example-1", new SecureRandom())) {
            cache.administer(
                    "PUT",
                    name + "/caches/ci",
                    "{\"foreignSignatures\":\"require-trusted\",\"trustedPublicKeys\":[\"" + trusted.publicKey()
                            + "\"]}");
            TenantCache other = TenantCache.make("{}");
            other.administer(
                    "POST",
                    "/api/v1/tenants/" + other.tenant() + "/caches/ci/keys",
                    "{\"secretKey\":\"" + trusted.toText() + "\"}");
            assertThat(cache.put(alsoStaged.narInfoUrl(), signed(alsoStaged, trusted))
                            .statusCode())
                    .isEqualTo(201);
            Map<String, CompletableFuture<Integer>> answers = new TreeMap<>();
            try (Connection connection = Rows.ofServer().connect();
                    PreparedStatement lock = connection.prepareStatement(
                            "select pg_advisory_xact_lock(hashtextextended('public key ' || ?, 0))");
                    PreparedStatement revoke = connection.prepareStatement(REVOKE)) {
                connection.setAutoCommit(false);
                String hex = HexFormat.of().formatHex(trusted.publicKey().bytes());
                lock.setString(1, hex);
                lock.execute();
                revoke.setString(1, hex);
                assertThat(revoke.executeUpdate()).isEqualTo(1);
                for (HandPush push : List.of(published, staged)) {
                    answers.put(push.path().name(), CompletableFuture.supplyAsync(() -> put(push, trusted)));
                }
                Thread.sleep(300);
                assertThat(answers.values()).noneMatch(CompletableFuture::isDone);
                connection.commit();
            }

            assertThat(answers)
                    .allSatisfy(
                            (what, answer) -> assertThat(answer.join()).as(what).isEqualTo(403));
            assertThat(cache.get(staged.narInfoUrl()).statusCode()).isEqualTo(404);
        }
    }

    private static byte[] signed(HandPush push, SecretKey key) {
        NarInfo info = NarInfoReader.read(push.narInfo().getBytes(StandardCharsets.US_ASCII));
        return (push.narInfo() + "Sig: " + key.sign(Fingerprint.of(info)) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private int put(HandPush push, SecretKey key) {
        try {
            return cache.put(push.narInfoUrl(), signed(push, key)).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int idOf(String from, String column) throws Exception {
        return Integer.parseInt(Rows.ofServer()
                .texts("select " + column + " from " + from, cache.tenant())
                .getFirst());
    }

    /** A cache that has got the name of the deleted one is another. */
    @Test
    void keepsNothingInACacheMadeAnewUnderTheSameName() throws Exception {
        Map<Kind, HalfSent> under = begin(cache.newToken("\"push\""));
        cache.administer("DELETE", name + "/caches/ci", "");
        cache.administer("PUT", name + "/caches/ci", "{}");

        assertThat(finish(under).values()).containsOnly(404);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT,  /caches/more, 401",
        "POST, /tokens,      401",
        "PUT,  /caches/ci/keys/policy, 401",
    })
    void countsWhenTheBodyOfACallOfTheApiEnds(String method, String path, int status) throws Exception {
        String token = cache.newToken("\"administer\"");
        byte[] body = (path.equals("/tokens") ? "{\"scopes\":[\"pull\"]}" : "{}" + " ".repeat(100))
                .getBytes(StandardCharsets.US_ASCII);
        String url = System.getProperty("it.url") + name + path;
        try (HalfSent half = HalfSent.begin(method, url, token, body, "Content-Type: application/json")) {
            cache.administer("DELETE", name + "/tokens/" + publicId(token), "");

            assertThat(half.finish()).isEqualTo(status);
        }
        assertThat(new ApiClient("")
                        .asAdministrator("GET", name + "/caches/more")
                        .statusCode())
                .isEqualTo(404);
    }

    private List<String> kept(int id) throws Exception {
        // a file is staged a moment after its answer
        Thread.sleep(200);
        return Rows.ofServer().texts(KEPT, id, id, id, id);
    }

    private Map<Kind, HalfSent> begin(String token) throws Exception {
        // so that memory knows the token
        assertThat(cache.send("GET", "nix-cache-info", new byte[0], token).statusCode())
                .isEqualTo(200);
        Map<Kind, HalfSent> all = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            all.put(kind, begin(kind, token));
        }
        return all;
    }

    private HalfSent begin(Kind kind, String token) throws IOException {
        String realisation =
                "{\"outPath\":\"" + published.path().baseName() + "\",\"signatures\":[\"one-1" + SIG + "\"]}";
        return switch (kind) {
            case NAR -> nar("new", token);
            case NAR_WITH_CODING -> nar("also-new", token, "Content-Encoding: identity");
            case NARINFO -> half(staged.narInfoUrl(), staged.narInfo(), token);
            case NARINFO_WITH_CODING ->
                half(alsoStaged.narInfoUrl(), alsoStaged.narInfo(), token, "Content-Encoding: identity");
            case NARINFO_TO_MERGE ->
                half(published.narInfoUrl(), published.narInfo() + "Sig: other-1" + SIG + "\n", token);
            case LISTING ->
                half(published.path().hash() + ".ls", "{\"version\":1,\"root\":{\"type\":\"regular\"}}", token);
            case LOG -> half("log/" + "1".repeat(32) + "-late.drv", "what a build printed", token);
            case DEBUGINFO ->
                half("debuginfo/" + "a".repeat(40) + ".debug", "{\"archive\":\"../nar/x\",\"member\":\"m\"}", token);
            case REALISATION -> half("realisations/sha256:" + "0".repeat(64) + "!out.doi", realisation, token);
            case BUILD_TRACE -> half("build-trace-v2/" + "0".repeat(32) + "-x.drv/out.doi", realisation, token);
            case CACHE_INFO -> half("nix-cache-info", "StoreDir: /nix/store\n", token);
        };
    }

    private HalfSent nar(String what, String token, String... headers) throws IOException {
        HandPush made = push(what);
        return HalfSent.begin("PUT", url(made.url()), token, made.file(), headers);
    }

    private HalfSent half(String path, String body, String token, String... headers) throws IOException {
        return HalfSent.begin("PUT", url(path), token, body.getBytes(StandardCharsets.US_ASCII), headers);
    }

    private static Map<Kind, Integer> finish(Map<Kind, HalfSent> all) {
        Map<Kind, Integer> answers = new EnumMap<>(Kind.class);
        all.forEach((kind, half) -> answers.put(kind, finish(half)));
        return answers;
    }

    private static int finish(HalfSent half) {
        try (half) {
            return half.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String url(String path) {
        return cache.url() + "/" + path;
    }

    private String newToken(Instant end) throws Exception {
        return JSON.readTree(cache.administer(
                        "POST", name + "/tokens", "{\"scopes\":[\"push\"],\"expiresAt\":\"" + end + "\"}"))
                .path("token")
                .asText();
    }

    /** The part of a token that is no secret. */
    private static String publicId(String token) {
        return token.split("_", 3)[1];
    }
}
