package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.signature.SecretKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** No secret lies in the database or in a log, as it is or in another coding. */
@ExtendWith(SharedServer.class)
class SecretsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void lieInNoTableAndInNoLog() throws Exception {
        Map<String, byte[]> places = new LinkedHashMap<>();
        Map<String, String> secrets = use();

        dumpDatabase(places);
        readLogs(places);

        assertThat(places).hasSizeGreaterThan(20);
        // the search finds what is there
        assertThat(found(places, "from-elsewhere-secrets-1".getBytes(StandardCharsets.US_ASCII)))
                .contains("table public.signing_key");
        List<String> findings = new ArrayList<>();
        secrets.forEach((name, text) -> codings(text)
                .forEach(coding -> found(places, coding).forEach(place -> findings.add(name + " in " + place))));
        assertThat(findings).isEmpty();
    }

    /** Uses every kind of secret, rightly and wrongly, and gives them by name. */
    private Map<String, String> use() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore store = NixStore.in(directory.resolve("store"));
        cache.push(store, store.add("secrets", new byte[] {1}), "none");
        Map<String, String> secrets = new LinkedHashMap<>();
        try (SecretKey imported = SecretKey.generate("from-elsewhere-secrets-1", new SecureRandom())) {
            String keys = "/api/v1/tenants/" + cache.tenant() + "/caches/ci/keys";
            String body = "{\"secretKey\":\"" + imported.toText() + "\"}";
            cache.administer("POST", keys, body);
            ApiClient api = new ApiClient("");
            // again, malformed, and by who may not: refusals are what gets logged
            api.asAdministrator("POST", keys, body);
            api.asAdministrator("POST", keys, body.replace("}", ""));
            api.as(cache.token(), "POST", keys, body);
            api.as(cache.token() + "x", "GET", "/api/v1/whoami", "");
            String exported = cache.administer("POST", keys + "/from-elsewhere-secrets-1/export", "{}");
            assertThat(exported).contains(imported.toText());
            secrets.put("imported key", imported.toText());
            secrets.put("its bytes", imported.toText().split(":", 2)[1]);
        }
        secrets.put(
                "master key",
                Files.readString(Path.of(System.getProperty("it.home"), "master-key"))
                        .strip());
        secrets.put("administrator's token", ApiClient.token());
        secrets.put("token", cache.token());
        secrets.put("application's password", System.getProperty("it.db.password"));
        secrets.put("owner's password", System.getProperty("it.db.owner.password"));
        secrets.put(
                "superuser's password",
                URI.create(System.getProperty("it.db.superuser.uri"))
                        .getUserInfo()
                        .split(":", 2)[1]);
        return secrets;
    }

    /** As text; its bytes where it is base64, and half of them, which is the seed of a key; each as it is and in hexadecimal. */
    private static Stream<byte[]> codings(String secret) {
        List<byte[]> plain = new ArrayList<>(List.of(secret.getBytes(StandardCharsets.US_ASCII)));
        try {
            byte[] decoded = Base64.getDecoder().decode(secret);
            plain.add(decoded);
            if (decoded.length == 64) {
                plain.add(Arrays.copyOf(decoded, 32));
            }
        } catch (IllegalArgumentException e) {
            // not base64: a token or a password
        }
        return plain.stream()
                .flatMap(bytes -> Stream.of(
                        bytes,
                        HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII),
                        HexFormat.of().withUpperCase().formatHex(bytes).getBytes(StandardCharsets.US_ASCII),
                        // without its end, which depends on what stands behind it
                        withoutEnd(Base64.getEncoder().encode(bytes)),
                        withoutEnd(Base64.getUrlEncoder().encode(bytes))));
    }

    private static byte[] withoutEnd(byte[] base64) {
        return Arrays.copyOf(base64, base64.length / 4 * 4 - 4);
    }

    private static List<String> found(Map<String, byte[]> places, byte[] wanted) {
        // one character is one byte
        String text = new String(wanted, StandardCharsets.ISO_8859_1);
        return places.entrySet().stream()
                .filter(place -> new String(place.getValue(), StandardCharsets.ISO_8859_1).contains(text))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Every table, with the bytes of its columns as they are. */
    private static void dumpDatabase(Map<String, byte[]> places) throws Exception {
        URI uri = URI.create(System.getProperty("it.db.superuser.uri"));
        String[] login = uri.getUserInfo().split(":", 2);
        String url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
        try (Connection connection = DriverManager.getConnection(url, login[0], login[1])) {
            List<String> tables = new ArrayList<>();
            try (Statement s = connection.createStatement();
                    ResultSet r = s.executeQuery("select format('%I.%I', schemaname, tablename) from pg_tables"
                            + " where schemaname not in ('pg_catalog', 'information_schema')")) {
                while (r.next()) {
                    tables.add(r.getString(1));
                }
            }
            for (String table : tables) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("copy (select * from " + table + ") to stdout (format binary)", bytes);
                places.put("table " + table, bytes.toByteArray());
            }
        }
    }

    private static void readLogs(Map<String, byte[]> places) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(System.getProperty("it.home")))) {
            for (Path file : files.filter(f -> f.getFileName().toString().contains(".log"))
                    .filter(Files::isRegularFile)
                    .toList()) {
                places.put("log " + file, Files.readAllBytes(file));
            }
        }
        assertThat(places.keySet()).anyMatch(place -> place.endsWith("server.log"));
    }
}
