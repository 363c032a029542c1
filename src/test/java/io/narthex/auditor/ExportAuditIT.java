package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.blob.S3Server;
import io.narthex.it.OwnServer;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** Months that are past retention leave a running server's database, and what is exported and what stays verify. */
class ExportAuditIT {
    private final YearMonth now = YearMonth.now(ZoneOffset.UTC);
    private final YearMonth older = now.minusMonths(4);
    private final YearMonth old = now.minusMonths(3);
    private static final Pattern CODE = Pattern.compile("\n```\n(.*?)```", Pattern.DOTALL);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void goToAFolderUnlessTheyAreHeld() throws Exception {
        Path folder = directory.resolve("exports");
        try (OwnServer server = OwnServer.start(directory, settings(folder.toString()));
                Connection superuser = superuser(server)) {
            fill(superuser);
            // PostgreSQL may look at all tables' names: it does so where it believes that there are few
            execute(superuser, "set enable_nestloop = off", "set enable_indexscan = off");
            assertThat(rows(superuser, "select month, events from audit_months_past(1)"))
                    .hasSize(2);
            execute(superuser, "reset enable_nestloop", "reset enable_indexscan");
            String head = awaitSeals(superuser);
            assertThat(hold(server, "PUT")).isEqualTo(201);

            server.jobs().run("export-audit");

            // acme alone has events in the older month; globex is held, and has some in the other
            assertThat(names(folder)).containsExactly("narthex-audit-" + older + ".ndjson.gz");
            assertThat(rows(superuser, "select events, downloads, location from audit.exports"))
                    .containsExactly(
                            "3|2|" + folder.resolve(names(folder).getFirst()).toUri());
            assertThat(rows(superuser, "select count(*) from audit.events where at < '" + now + "-01'"))
                    .containsExactly("4");
            verifies(superuser, "acme", "globex", "@server");
            // its exported head is where acme's begins
            assertThat(rows(
                            superuser,
                            "select s.sequence from audit.chain_starts s join audit.chains c using (chain_id)"
                                    + " where c.chain = 'acme'"))
                    .containsExactly("3");
            assertThat(rows(superuser, "select * from audit.verify_chain('acme', " + head + ")"))
                    .isEmpty();
            assertThat(rows(superuser, "select reason from audit.verify_chain('acme', 1, repeat('00', 32))"))
                    .singleElement()
                    .asString()
                    .startsWith("it was exported");
            byte[] file = Files.readAllBytes(folder.resolve(names(folder).getFirst()));
            exportIsWhole(superuser, file, older);

            assertThat(hold(server, "DELETE")).isEqualTo(204);
            server.jobs().run("export-audit");

            assertThat(names(folder)).hasSize(2);
            exportIsWhole(
                    superuser, Files.readAllBytes(folder.resolve(names(folder).getLast())), old);
            verifies(superuser, "acme", "globex", "@server");
            assertThat(rows(superuser, "select count(*) from audit.events where at < '" + now + "-01'"))
                    .containsExactly("0");
            assertThat(rows(superuser, "select count(*) from audit.events where action = 'audit-exported'"))
                    .containsExactly("2");
            // what goes on behind it is chained to it
            administer(server, "PUT", "/api/v1/tenants/acme/caches/new", "{}");
            awaitSeals(superuser);
            verifies(superuser, "acme");
            // the first that stays cannot go unseen
            execute(
                    superuser,
                    "set session_replication_role = replica",
                    "delete from audit_seal s using tenant t where t.id = s.chain and t.name = 'acme' and sequence ="
                            + " (select min(sequence) from audit_seal where chain = t.id)");
            assertThat(rows(superuser, "select reason from audit.verify_chain('acme')"))
                    .singleElement()
                    .asString()
                    .contains("were removed");
            // kept for thirty days more, then dropped, by the next run
            assertThat(rows(superuser, "select to_regclass('audit_event_" + suffix(old) + "')"))
                    .doesNotContain("null");
            execute(superuser, "update audit_export set at = at - interval '31 days'");
            server.jobs().run("export-audit");
            assertThat(rows(superuser, "select to_regclass('audit_event_" + suffix(old) + "')"))
                    .containsExactly("null");
            removedPathsAreForgottenWithTheRecord(server, superuser);
        }
    }

    /** Those that were removed before the first event that the database still has, unless their tenant is held. */
    private static void removedPathsAreForgottenWithTheRecord(OwnServer server, Connection superuser) throws Exception {
        execute(superuser, "insert into store_path (base_name) values (repeat('a', 32) || '-gone')", """
            insert into removed_path (tenant_id, cache_id, path_id, nar_hash, nar_size, file_hash, file_size, refs,
                                      foreign_sigs, signatures, published_at, last_used, removed_at, reason)
            select t.id, (select min(c.id) from cache c where c.tenant_id = t.id), p.id, sha256('x'), 1, sha256('x'), 1,
                   '{}', '{}', '[]', now(), now(), now() - x.age, 'deleted'
            from tenant t, store_path p, (values (interval '800 days'), (interval '0')) as x(age)
            where t.name in ('acme', 'globex') and p.base_name = repeat('a', 32) || '-gone'
            """);
        assertThat(hold(server, "PUT")).isEqualTo(201);
        server.jobs().run("forget");
        String left =
                "select t.name, count(*) from removed_path r join tenant t on t.id = r.tenant_id group by 1 order by 1";
        assertThat(rows(superuser, left)).containsExactly("acme|1", "globex|2");
        assertThat(hold(server, "DELETE")).isEqualTo(204);
        server.jobs().run("forget");
        assertThat(rows(superuser, left)).containsExactly("acme|1", "globex|1");
    }

    @Test
    void goToABucket() throws Exception {
        try (S3Server s3 = new S3Server()) {
            Map<String, String> settings = settings("s3://" + S3Server.BUCKET + "/record");
            settings.put("NARTHEX_S3_ENDPOINT", s3.endpoint().toString());
            settings.put("AWS_ACCESS_KEY_ID", S3Server.KEY);
            settings.put("AWS_SECRET_ACCESS_KEY", S3Server.SECRET);
            try (OwnServer server = OwnServer.start(directory, settings);
                    Connection superuser = superuser(server)) {
                fill(superuser);
                awaitSeals(superuser);

                exportsBehindAReader(server);

                String name = "record/narthex-audit-" + older + ".ndjson.gz";
                assertThat(rows(superuser, "select location from audit.exports order by month"))
                        .hasSize(2)
                        .first()
                        .isEqualTo("s3://" + S3Server.BUCKET + "/" + name);
                exportIsWhole(superuser, s3.bytes(name), older);
                verifies(superuser, "acme", "globex", "@server");
            }
        }
    }

    /** Somebody reads the record for a while: the month waits for that, and nobody waits behind the month. */
    private static void exportsBehindAReader(OwnServer server) throws Exception {
        try (Connection reader = superuser(server);
                Connection watch = superuser(server)) {
            reader.setAutoCommit(false);
            rows(reader, "select count(*) from audit_event");
            CompletableFuture<Void> exported = CompletableFuture.runAsync(() -> run(server));
            while (rows(watch, "select 1 from pg_locks where not granted and mode = 'AccessExclusiveLock'")
                    .isEmpty()) {
                assertThat(exported).isNotDone();
            }
            administer(server, "PUT", "/api/v1/tenants/acme/caches/meanwhile", "{}");
            Thread.sleep(3_000); // a reader that takes its time
            assertThat(exported).isNotDone();
            reader.rollback();
            exported.get();
        }
    }

    private static void run(OwnServer server) {
        try {
            server.jobs().run("export-audit");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As src/docs/audit.md says it is checked, and by hand. */
    private void exportIsWhole(Connection superuser, byte[] file, YearMonth month) throws Exception {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        assertThat(rows(
                        superuser,
                        "select events, downloads from audit.exports where encode(sha256, 'hex') = '" + sha256
                                + "' and month = '" + month + "-01'"))
                .hasSize(1);
        List<JsonNode> lines = new ArrayList<>();
        String text =
                new String(new GZIPInputStream(new ByteArrayInputStream(file)).readAllBytes(), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        JsonNode first = lines.getFirst();
        assertThat(first.path("month").asText()).isEqualTo(month + "-01");
        assertThat(lines.stream().filter(line -> line.has("canonical")))
                .hasSize(first.path("events").asInt());
        assertThat(lines.stream().filter(line -> line.has("bytes_sent")))
                .hasSize(first.path("downloads").asInt());
        assertThat(lines.stream().filter(line -> line.has("hits") || line.has("misses")))
                .hasSize(month.equals(older) ? 2 : 0);
        PublicKey key = PublicKey.parse(
                rows(superuser, "select distinct public_key from audit.heads").getFirst());
        for (JsonNode head : first.path("heads")) {
            assertThat(key.verify(
                            head.path("signed").asText().getBytes(StandardCharsets.UTF_8),
                            Signature.parse(head.path("signature").asText())))
                    .isTrue();
        }

        List<String> documented = documented();
        assertThat(documented).hasSize(2);
        assertThat(check(superuser, documented, text)).isEmpty();
        String altered = text.replaceFirst("path-published", "path-deleted-");
        assertThat(check(superuser, documented, altered)).hasSize(1);
        if (month.equals(older)) {
            String without = text.replaceFirst("(path-published.*\n).*path-published.*\n", "$1");
            assertThat(without).isNotEqualTo(text);
            assertThat(check(superuser, documented, without)).hasSize(1);
        }
    }

    /** The blocks that read an export in, and that check it. */
    private static List<String> documented() throws IOException {
        String all = Files.readString(Path.of("src/docs/audit.md"));
        return CODE.matcher(all.substring(all.indexOf("## An export")))
                .results()
                .map((MatchResult r) -> r.group(1))
                .limit(2)
                .toList();
    }

    private static List<String> check(Connection superuser, List<String> documented, String text)
            throws SQLException, IOException {
        String[] reading = documented.getFirst().strip().split("\n", -1);
        assertThat(reading).hasSize(2);
        execute(superuser, "drop table if exists exported", reading[0]);
        superuser
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                        reading[1].replaceFirst("^.copy", "copy").replaceFirst("from program '.*?'", "from stdin"),
                        new StringReader(text));
        return rows(superuser, documented.getLast());
    }

    private Map<String, String> settings(String export) {
        Map<String, String> settings = new HashMap<>();
        settings.put("NARTHEX_AUDIT_RETENTION_MONTHS", "1");
        settings.put("NARTHEX_AUDIT_EXPORT", export);
        return settings;
    }

    /** Two tenants, of which acme did something in both old months and globex in the younger. */
    private void fill(Connection superuser) throws SQLException {
        for (YearMonth month : List.of(older, old)) {
            // by a superuser, as an operator may who brings a record from elsewhere
            execute(
                    superuser,
                    "select audit_make_partition(p, '" + month + "-01') from unnest(array['audit_event', 'audit_seal',"
                            + " 'nar_download', 'narinfo_hour', 'narinfo_miss_hour']) p");
        }
        execute(
                superuser,
                "set session_replication_role = replica",
                "insert into tenant (name) values ('acme'), ('globex')",
                "insert into cache (tenant_id, name) select id, 'main' from tenant where name in ('acme', 'globex')");
        event(superuser, "acme", older + "-02");
        event(superuser, "acme", older + "-03");
        event(superuser, "acme", older + "-04");
        event(superuser, "acme", old + "-01");
        event(superuser, "acme", old + "-28");
        event(superuser, "globex", old + "-02");
        event(superuser, "globex", old + "-03");
        execute(
                superuser,
                "insert into nar_download (at, tenant_id, cache_id, path, bytes_sent, complete) select '" + older
                        + "-05', tenant_id, id, 'p', n, true from cache, generate_series(1, 2) n where tenant_id ="
                        + " (select id from tenant where name = 'acme')",
                "insert into narinfo_hour (tenant_id, cache_id, hour, path, hits) select tenant_id, id, '" + older
                        + "-05 10:00Z', 'p', 7 from cache where tenant_id = (select id from tenant where name ="
                        + " 'acme')",
                "insert into narinfo_miss_hour (tenant_id, cache_id, hour, misses) select tenant_id, id, '" + older
                        + "-05 10:00Z', 8 from cache where tenant_id = (select id from tenant where name = 'acme')",
                "update audit_progress set tx = '0', id = 0",
                "set session_replication_role = origin");
    }

    private static void event(Connection superuser, String tenant, String day) throws SQLException {
        execute(
                superuser,
                "insert into audit_event (at, tx, login, action, actor, tenant_id, tenant, cache_id, cache, detail)"
                        + " select '" + day + " 12:00Z', '3', 'narthex_app', 'path-published', 'token', t.id, t.name,"
                        + " c.id, c.name, '{\"a\": \"ü\\u0001\\\\\"}' from tenant t join cache c on c.tenant_id = t.id"
                        + " where t.name = '" + tenant + "'");
    }

    /** Gives acme's head then, as verify_chain takes it. */
    private static String awaitSeals(Connection superuser) throws SQLException, InterruptedException {
        for (int i = 0; i < 600; i++) {
            if (rows(superuser, "select waiting from audit.lag where what = 'seals'")
                            .equals(List.of("0"))
                    && rows(
                                    superuser,
                                    "select 1 from audit.events e where not exists (select from audit.seals s"
                                            + " where s.event_id = e.id)")
                            .isEmpty()) {
                return rows(
                                superuser,
                                "select sequence || ', ''' || encode(hash, 'hex') || '''' from audit.chains"
                                        + " where chain = 'acme'")
                        .getFirst();
            }
            Thread.sleep(100);
        }
        throw new AssertionError("not sealed");
    }

    private static void verifies(Connection superuser, String... chains) throws SQLException {
        for (String chain : chains) {
            assertThat(rows(superuser, "select * from audit.verify_chain('" + chain + "')"))
                    .as(chain)
                    .isEmpty();
        }
    }

    private static int hold(OwnServer server, String method) throws IOException, InterruptedException {
        return administer(server, method, "/api/v1/tenants/globex/legal-hold", method.equals("PUT") ? "{}" : "")
                .statusCode();
    }

    private static HttpResponse<String> administer(OwnServer server, String method, String path, String json)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .header("Authorization", "Bearer " + server.token())
                .header("Content-Type", "application/json")
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String suffix(YearMonth month) {
        return month.toString().replace("-", "");
    }

    private static Connection superuser(OwnServer server) throws SQLException {
        URI uri = URI.create(server.superuserUri());
        String[] login = uri.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), login[0], login[1]);
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement s = connection.createStatement()) {
            for (String sql : statements) {
                s.execute(sql);
            }
        }
    }

    private static List<String> rows(Connection connection, String sql) throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet row = s.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            int columns = row.getMetaData().getColumnCount();
            while (row.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    values.add(String.valueOf(row.getString(i)));
                }
                rows.add(String.join("|", values));
            }
            return rows;
        }
    }
}
