package io.narthex.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.index.search.SearchText.Meaning;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is found in a cache by {@code /?q=}, and how the database finds it. */
@ExtendWith(SharedServer.class)
class SearchIT {
    /** Enough for PostgreSQL to find an index worth its while. */
    private static final int MANY = 20_000;

    private final NixStore store = NixStore.served();
    private final Rows rows = Rows.ofServer();
    private static Connection many;

    @BeforeAll
    @SuppressWarnings("NullAway.Init")
    static void make() throws SQLException {
        many = amongMany();
    }

    @AfterAll
    static void close() throws SQLException {
        many.close();
    }

    private static String search(TenantCache cache, String typed) throws Exception {
        String url = "?q=" + URLEncoder.encode(typed, StandardCharsets.UTF_8);
        return new String(
                cache.send("GET", url, new byte[0], cache.token(), "Accept", "text/plain")
                        .body(),
                StandardCharsets.UTF_8);
    }

    @Test
    void findsWhatWasPushedByNameHashAndFile() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("Sought-For_1.2", "by all that is known of it: " + cache.tenant());
        cache.push(store, path, "xz");
        String file =
                NarInfoReader.read(cache.get(path.hash() + ".narinfo").body()).url();

        for (String typed : List.of(
                "sought-for",
                "OUGHT",
                "so",
                "for_1",
                path.hash().toString(),
                path.hash().toString().substring(0, 9),
                path.hash().toString().substring(0, 12),
                NixStore.path(path),
                path.hash() + ".narinfo",
                file,
                cache.url() + "/" + file)) {
            assertThat(search(cache, typed)).as(typed).contains(NixStore.path(path));
        }
        for (String typed :
                List.of("ought-fo%", "ought.for", "sought-for_2", "%", "nar/" + "0".repeat(52) + ".nar.xz")) {
            assertThat(search(cache, typed))
                    .as(typed)
                    .doesNotContain(path.baseName())
                    .contains("Nothing here");
        }
    }

    @Test
    void findsWhatWasPushedByItsProgramsAndLibrariesUntilItIsDeleted(@TempDir Path directory) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        Path tree = builder.scratch().resolve("a-package");
        Files.writeString(Files.createDirectories(tree.resolve("bin")).resolve("Sought-Prog"), cache.tenant());
        Files.writeString(Files.createDirectories(tree.resolve("lib")).resolve("libsought.so.2"), "");
        Files.writeString(tree.resolve("lib/libhidden.a"), "");
        StorePath path = builder.add(tree);
        cache.push(builder, path, "zstd");
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("index-programs");

        for (String typed : List.of("sought-prog", "bin/sought", "ught-pr", "libsought.so", "lib/libsought.so.2")) {
            assertThat(search(cache, typed)).as(typed).contains(NixStore.path(path));
        }
        for (String typed : List.of("bin/prog", "libhidden", "sought_prog", "bin/sought-prog2")) {
            assertThat(search(cache, typed)).as(typed).doesNotContain(path.baseName());
        }
        assertThat(search(TenantCache.make("{}"), "sought-prog")).contains("Nothing here");
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash(), "");
        assertThat(search(cache, "sought-prog")).doesNotContain(path.baseName());
    }

    @Test
    void aListingThatCannotBeReadIsInNobodysWay() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("sought-unlisted", "of " + cache.tenant());
        cache.push(store, path, "none");
        byte[] hash = path.hash().toBytes();
        rows.change(
                "update blob set listing = '\\x00' where id in (select blob_id from uploaded_path where hash = ?)",
                hash);
        rows.change(
                "insert into program_queue select id from uploaded_path where hash = ? on conflict do nothing", hash);

        JsonNode run = new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("index-programs");

        assertThat(run.path("outcome").asText()).isEqualTo("SUCCEEDED");
        assertThat(rows.texts("select 1 from program_queue q join uploaded_path p on p.id = q.path_id"
                        + " where p.name = 'sought-unlisted'"))
                .isEmpty();
    }

    @Test
    void findsNothingOfAnotherTenants() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("sought-by-others", "only in one: " + cache.tenant());
        cache.push(store, path, "none");

        TenantCache other = TenantCache.make("{}");

        assertThat(search(other, "sought-by-others")).contains("Nothing here");
        assertThat(search(other, path.hash().toString())).contains("Nothing here");
        assertThat(cache.send("GET", "?q=sought", new byte[0], other.token()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void findsWhatIsInTheStoreOfTheMachine() throws Exception {
        StorePath path = store.add("sought-in-the-store", "local");
        ApiClient client = new ApiClient("");
        String info = client.get("/" + path.hash() + ".narinfo").body();

        String file = NarInfoReader.read(info.getBytes(StandardCharsets.UTF_8)).url();
        for (String typed : List.of("SOUGHT-IN-THE", "sought-in", path.hash().toString(), file)) {
            assertThat(client.get("/?q=" + typed, "Accept", "text/plain").body())
                    .as(typed)
                    .contains(NixStore.path(path));
        }
    }

    @Test
    void findsWhatIsInTheStoreOfTheMachineByItsProgramsUntilItIsCollected() throws Exception {
        Path tree = Files.createDirectory(store.scratch().resolve("a-local-package"));
        Files.writeString(Files.createDirectories(tree.resolve("bin")).resolve("Stored-Prog"), "of the machine");
        Files.writeString(Files.createDirectories(tree.resolve("lib")).resolve("libstored.so.2"), "");
        StorePath path = store.add(tree);
        ServerJobs jobs = new ServerJobs(System.getProperty("it.url"), ApiClient.token());
        jobs.run("reindex");
        jobs.run("index-store-programs");

        for (String typed : List.of("stored-prog", "bin/stored", "red-pro", "lib/libstored.so.2")) {
            assertThat(locally(typed)).as(typed).contains(NixStore.path(path));
        }
        assertThat(locally("bin/prog")).doesNotContain(path.baseName());
        assertThat(search(TenantCache.make("{}"), "stored-prog")).contains("Nothing here");

        store.delete(path);
        jobs.run("reindex");

        assertThat(locally("stored-prog")).doesNotContain(path.baseName());
        assertThat(rows.texts("select 1 from local_program where names like '%/Stored-Prog/%'"))
                .isEmpty();
    }

    /** In the cache that shows the machine's store. */
    private static String locally(String typed) throws Exception {
        return new ApiClient("").get("/?q=" + typed, "Accept", "text/plain").body();
    }

    @Test
    void findsNothingThatIsHiddenOrDenied() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath hidden = store.add("sought-hidden", "hidden: " + cache.tenant());
        StorePath denied = store.add("sought-denied", "denied: " + cache.tenant());
        StorePath shown = store.add("sought-shown", "shown: " + cache.tenant());
        for (StorePath path : List.of(hidden, denied, shown)) {
            cache.push(store, path, "none");
        }
        assertThat(search(cache, "sought")).contains(hidden.baseName(), denied.baseName(), shown.baseName());

        rows.change(
                "update uploaded_path set condemned_at = now() where hash = ?",
                hidden.hash().toBytes());
        cache.administer(
                "PUT",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/denied/a",
                "{\"pattern\":\"*-denied\",\"reason\":\"a test\"}");

        assertThat(search(cache, "sought"))
                .contains(shown.baseName())
                .doesNotContain(hidden.baseName())
                .doesNotContain(denied.baseName());
    }

    /** In a temporary table like the real one, so that nobody else's tests see so many rows. */
    private static Connection amongMany() throws SQLException {
        Connection connection = Rows.ofServer().connect();
        try (Statement s = connection.createStatement()) {
            s.execute("create temporary table uploaded_path (like public.uploaded_path including indexes)");
            s.execute("create temporary table path_program (like public.path_program including indexes)");
            s.execute("""
                insert into path_program (path_id, cache_id, names)
                select g, 1 + g %% 2, '/tool-' || md5(g::text) || '/tool/' from generate_series(1, %1$d) g\
                """.formatted(MANY));
            s.execute("create temporary table local_path (like public.local_path including indexes)");
            s.execute("create temporary table local_program (like public.local_program including indexes)");
            s.execute("insert into local_program (path_id, store_id, names) select * from path_program");
            s.execute("""
                insert into uploaded_path (id, cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs,
                                           published_at, last_used, last_token_use, version)
                select g, 1 + g %% 2, substring(sha256(g::text::bytea) for 20), 'package-' || md5(g::text), g, g || '.nar.xz',
                       sha256(g::text::bytea), 1 + (g * 7919) %% 1000003, '{}', '{}', now() - g * interval '1 s',
                       now() - ((g * 31) %% 9973) * interval '1 s', now(), 0
                from generate_series(1, %1$d) g\
                """.formatted(MANY));
            s.execute("""
                insert into local_path (id, store_id, nix_id, hash, name, nar_hash, nar_size, refs, foreign_sigs, registered_at,
                                        row_digest, indexed_at)
                select g, 1 + g %% 2, g, substring(sha256(g::text::bytea) for 20), 'package-' || md5(g::text),
                       sha256(g::text::bytea), 1 + (g * 7919) %% 1000003, '{}', '{}', now(), decode(md5(''), 'hex'),
                       now() - g * interval '1 s'
                from generate_series(1, %1$d) g\
                """.formatted(MANY));
            s.execute("analyze uploaded_path, local_path, path_program, local_program");
        }
        return connection;
    }

    private static String plan(SearchStatement statement) throws SQLException {
        try (PreparedStatement s = many.prepareStatement("explain " + statement.text())) {
            List<Object> values = new ArrayList<>(List.of(1));
            values.addAll(statement.values());
            values.add(1);
            values.add(20);
            for (int i = 0; i < values.size(); i++) {
                s.setObject(i + 1, values.get(i));
            }
            StringBuilder plan = new StringBuilder();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    plan.append(r.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }

    /** The condition stands in an index's, with the cache before it: nothing is read that does not fit, nor others' rows. */
    @ParameterizedTest
    @EnumSource
    void anIndexAnswersEachMeaning(SearchOrder order) throws Exception {
        for (Meaning meaning : List.of(
                new Meaning.NamePart("99c5e"),
                new Meaning.NameBeginning("q"),
                new Meaning.HashBeginning("0c1dfgh"),
                new Meaning.NarFile("1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s.nar"))) {
            String what = switch (meaning) {
                case Meaning.NamePart part -> "name ~~* '%99c5e%";
                case Meaning.NameBeginning beginning -> "(lower(name))::text >= 'q'";
                case Meaning.HashBeginning hash -> "bigint << 47) |";
                case Meaning.NarFile file -> "= '";
                case Meaning.Program program -> throw new AssertionError(program);
            };
            assertThat(plan(SearchStatement.pushed(meaning, order)))
                    .containsPattern("Index Cond: \\(\\(cache_id = 1\\) AND .*" + Pattern.quote(what))
                    .doesNotContain("Seq Scan on uploaded_path");
            assertThat(plan(SearchStatement.local(meaning, order)))
                    .containsPattern("Index Cond: \\(\\(store_id = 1\\) AND .*" + Pattern.quote(what))
                    .doesNotContain("Seq Scan on local_path");
        }
    }

    /** Those with a rare program by the index of programs; of those with a common one the newest. */
    @ParameterizedTest
    @EnumSource
    void anIndexAnswersWhoAsksForPrograms(SearchOrder order) throws Exception {
        assertThat(plan(SearchStatement.pushed(new Meaning.Program("99c5e", false), order)))
                .containsPattern("Index Cond: \\(\\(cache_id = 1\\) AND " + Pattern.quote("(names ~~* '%99c5e%'"))
                .doesNotContain("Seq Scan");
        assertThat(plan(SearchStatement.pushed(new Meaning.Program("tool", true), order)))
                .contains("Index Scan Backward using path_program_")
                .doesNotContain("Seq Scan on path_program");
        assertThat(plan(SearchStatement.local(new Meaning.Program("99c5e", false), order)))
                .containsPattern("Index Cond: \\(\\(store_id = 1\\) AND " + Pattern.quote("(names ~~* '%99c5e%'"))
                .doesNotContain("Seq Scan");
        assertThat(plan(SearchStatement.local(new Meaning.Program("tool", true), order)))
                .contains("Index Scan Backward using local_program_")
                .doesNotContain("Seq Scan on local_program");
    }

    /** What is common is found where the order begins: the rest is neither read nor sorted. */
    @ParameterizedTest
    @EnumSource
    void anIndexHasEachOrder(SearchOrder order) throws Exception {
        for (SearchStatement statement : List.of(
                SearchStatement.pushed(order),
                SearchStatement.pushed(new Meaning.NamePart("package"), order),
                SearchStatement.local(order),
                SearchStatement.local(new Meaning.NamePart("package"), order))) {
            assertThat(plan(statement))
                    .containsPattern("Index Scan Backward using (uploaded|local)_path_")
                    .doesNotContain("Sort")
                    .doesNotContain("Seq Scan on uploaded_path")
                    .doesNotContain("Seq Scan on local_path");
        }
    }

    /** The list of the API asks for a part of the name in the same way. */
    @Test
    void theSameIndexAnswersTheListOfTheApi() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("listed-by-Part", "in the API: " + cache.tenant());
        cache.push(store, path, "none");
        String list = "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths?name=";

        assertThat(cache.administer("GET", list + "BY-PART", "")).contains(path.baseName());
        assertThat(cache.administer("GET", list + "by_part", "")).doesNotContain(path.baseName());
        try (Statement s = many.createStatement();
                ResultSet r = s.executeQuery("explain select * from uploaded_path where cache_id = 1 and id > 0"
                        + " and name ilike '%" + "99C5E" + "%' escape '!' order by id limit 51")) {
            StringBuilder plan = new StringBuilder();
            while (r.next()) {
                plan.append(r.getString(1));
            }
            assertThat(plan).contains("Bitmap Index Scan", "~~*");
        }
    }
}
