package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.push.HandPush;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A tenant leaves by one call: nothing opens, its secrets and bytes go, and its record lies in a file. */
@ExtendWith(SharedServer.class)
class TenantDepartureIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServerJobs jobs;
    private final ApiClient client = new ApiClient("");

    TenantDepartureIT() throws IOException {
        jobs = new ServerJobs(System.getProperty("it.url"), ApiClient.token());
    }

    private static HandPush pushed(TenantCache cache) throws Exception {
        HandPush push = HandPush.small(new Random());
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    private HttpResponse<String> delete(TenantCache cache) throws Exception {
        return client.asAdministrator("DELETE", "/api/v1/tenants/" + cache.tenant(), "");
    }

    @Test
    void takesItsRecordAlongAndLeavesNeitherBytesNorSecrets() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        HandPush path = pushed(cache);
        assertThat(cache.get(path.url()).statusCode()).isEqualTo(200);

        assertThat(delete(cache).statusCode()).isEqualTo(204);
        assertThat(cache.get("nix-cache-info").statusCode()).isIn(401, 404);
        assertThat(Rows.ofServer()
                        .texts(
                                "select k.name from signing_key k join cache c on c.id = k.cache_id join tenant t on"
                                        + " t.id = c.tenant_id where t.name = ? and k.sealed_secret is not null",
                                cache.tenant()))
                .isEmpty();
        jobs.run("purge");
        jobs.run("fold-usage");
        assertThat(Rows.ofServer()
                        .texts(
                                "select p.id::text from uploaded_path p join cache c on c.id = p.cache_id join tenant"
                                        + " t on t.id = c.tenant_id where t.name = ?",
                                cache.tenant()))
                .isEmpty();

        List<JsonNode> lines = exported(cache);
        assertThat(lines.getFirst().path("format").asText()).isEqualTo("narthex-tenant-export-1");
        assertThat(lines.getFirst().path("tenant").asText()).isEqualTo(cache.tenant());
        List<JsonNode> events =
                lines.stream().filter(line -> line.has("canonical")).toList();
        assertThat(events.stream().map(line -> line.path("canonical").asText()))
                .anyMatch(text -> text.contains("tenant-created"))
                .anyMatch(text -> text.contains("path-published"))
                .anyMatch(text -> text.contains("tenant-deleted"));
        assertThat(events).allMatch(TenantDepartureIT::isSealed);
        assertThat(lines.stream().filter(line -> line.has("removed")))
                .singleElement()
                .satisfies(line -> assertThat(line.path("removed").asText())
                        .isEqualTo(path.path().baseName()));
    }

    @Test
    void staysUnderALegalHold() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        HandPush path = pushed(cache);
        String hold = "/api/v1/tenants/" + cache.tenant() + "/legal-holds/case-1";
        cache.administer("PUT", hold, "{\"cache\":\"ci\",\"reason\":\"case 1\"}");
        assertThat(delete(cache).statusCode()).isEqualTo(409);
        assertThat(cache.get(path.narInfoUrl()).statusCode()).isEqualTo(200);
        cache.administer("DELETE", hold, "");
        assertThat(delete(cache).statusCode()).isEqualTo(204);
    }

    /** The lines of the file that the event names, once it is there. */
    private List<JsonNode> exported(TenantCache cache) throws Exception {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        List<String> events = List.of();
        while (events.isEmpty() && Instant.now().isBefore(end)) {
            jobs.run("export-tenants");
            events = Rows.ofServer()
                    .texts(
                            "select detail::text from audit_event where action = 'tenant-exported' and detail ->>"
                                    + " 'name' = ?",
                            cache.tenant());
        }
        JsonNode event = JSON.readTree(events.getFirst());
        Path file = Path.of(URI.create(event.path("location").asText()));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(HexFormat.of().formatHex(digest))
                .isEqualTo(event.path("sha256").asText());
        List<JsonNode> lines = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line : reader.lines().toList()) {
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }

    private static boolean isSealed(JsonNode line) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(HexFormat.of().parseHex(line.path("previousHash").asText()));
            byte[] hash = digest.digest(line.path("canonical").asText().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).equals(line.path("hash").asText());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
