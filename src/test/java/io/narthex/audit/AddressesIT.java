package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of clients' addresses a server keeps: in its rows, in what its API gives, and in its logs. */
class AddressesIT {
    private static final Map<String, String> CLIENTS =
            Map.of("4", "192.0.2.77", "6", "2001:db8:17:2:3:4:5:6", "mapped", "::ffff:198.51.100.99");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "full, 192.0.2.77, 2001:db8:17:2:3:4:5:6, 198.51.100.99",
        "truncated, 192.0.2.0, 2001:db8:17::, 198.51.100.0",
        "none, null, null, null"
    })
    void areKeptAsTheSettingSays(String setting, String four, String six, String mapped) throws Exception {
        Map<String, String> kept = Map.of("4", four, "6", six, "mapped", mapped);
        Map<String, String> settings = new HashMap<>();
        settings.put("NARTHEX_AUDIT_ADDRESSES", setting);
        settings.put("NARTHEX_TRUSTED_PROXIES", "127.0.0.1,::1");
        try (OwnServer server = OwnServer.start(directory, settings)) {
            TenantCache cache = server.cache("{}");
            NixStore builder = NixStore.in(directory.resolve("builder"));
            StorePath path = builder.add("fetched", "fetched");
            cache.push(builder, path, "none");
            byte[] narInfo = cache.get(path.hash() + ".narinfo").body();
            String nar = NarInfoReader.read(narInfo).url();
            for (Map.Entry<String, String> client : CLIENTS.entrySet()) {
                String[] from = {"X-Forwarded-For", client.getValue()};
                cache.put("log/" + path.hash() + "-" + client.getKey() + ".drv", new byte[] {1}, from);
                cache.send("GET", nar, new byte[0], cache.token(), from);
                cache.send("GET", "nix-cache-info", new byte[0], cache.newToken("\"pull\"") + "x", from);
            }

            for (Map.Entry<String, String> client : kept.entrySet()) {
                assertThat(server.rows()
                                .texts(
                                        "select coalesce(host(address), 'null') from audit.events where action ="
                                                + " 'document-published' and detail->>'name' like ?",
                                        "%-" + client.getKey() + ".drv"))
                        .as("changes, %s", client)
                        .containsExactly(client.getValue());
            }
            List<String> three = kept.values().stream().sorted().toList();
            assertThat(await(server, three.size(), "select coalesce(host(address), 'null') from audit.downloads"))
                    .as("downloads")
                    .containsExactlyInAnyOrderElementsOf(three);
            // without addresses they are refusals of one kind, and so one event
            String refused = "select coalesce(host(address), 'null') from audit.events, generate_series(1, count)"
                    + " where action = 'token-refused'";
            assertThat(await(server, three.size(), refused)).as("refusals").containsExactlyInAnyOrderElementsOf(three);

            String events = cache.administer("GET", "/api/v1/audit/events?limit=1000", "");
            String told = events + logs(server);
            for (Map.Entry<String, String> client : CLIENTS.entrySet()) {
                String whole = client.getValue().replace("::ffff:", "");
                assertThat(told.contains(whole)).as(whole).isEqualTo(setting.equals("full"));
                String some = kept.getOrDefault(client.getKey(), "");
                if (setting.equals("truncated")) {
                    assertThat(events).contains("\"address\":\"" + some + "\"");
                }
            }
            assertThat(told.contains("2001:db8")).isEqualTo(!setting.equals("none"));
        }
    }

    /** Once there are so many, at most a minute later. */
    private static List<String> await(OwnServer server, int number, String sql) throws Exception {
        List<String> found = server.rows().texts(sql);
        for (int i = 0; i < 600 && found.size() < number; i++) {
            Thread.sleep(100);
            found = server.rows().texts(sql);
        }
        return found;
    }

    private static String logs(OwnServer server) throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.walk(server.home().resolve("log"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }
}
