package io.narthex.http.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many of one tenant who send and read as good as nothing, with a valid token. */
@ExtendWith(SharedServer.class)
class SlowCrowdIT {
    private static final String READY = System.getProperty("it.management.url") + "/health/ready";
    private static final String WHO = "/api/v1/whoami";
    private static final Pattern LISTS = Pattern.compile("\"lists\" ?: ?\"([0-9]+) run, ([0-9]+) wait\"");

    /** More than there are threads of any kind for the API. */
    private static final int MANY = 40;

    /** Events of a kilobyte: with the smallest window of a reader, more than the system keeps for it. */
    private static final int EVENTS = 6_000;

    /** The least that the system allows is a little more. */
    private static final int WINDOW = 2_048;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Socket> crowd = new ArrayList<>();
    private TenantCache slow;
    private TenantCache other;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        slow = TenantCache.make("{}");
        other = TenantCache.make("{}");
    }

    @AfterEach
    void leave() throws IOException {
        for (Socket socket : crowd) {
            socket.close();
        }
    }

    @Test
    void keepsNeitherTheApiNorPushingFromAnotherTenant() throws Exception {
        Rows.ofApplication()
                .change(
                        "insert into audit_event (action, actor, tenant_id, tenant, detail)"
                                + " select 'made-up', 'x', id, name, jsonb_build_object('text', repeat('x', 1000))"
                                + " from tenant, generate_series(1, ?) where name = ?",
                        EVENTS,
                        slow.tenant());
        String administrator = slow.newToken("\"administer\"");
        String others = other.newToken("\"administer\"");
        assertThat(status("GET", WHO, administrator, "")).isEqualTo(200);
        assertThat(status("GET", WHO, others, "")).isEqualTo(200);
        awaitEvents(administrator);
        for (int i = 0; i < MANY; i++) {
            come("POST /api/v1/tenants/" + slow.tenant() + "/tokens", administrator, "Content-Length: 1000", "{");
            come("GET /api/v1/audit/events", administrator, "Accept: application/x-ndjson", "");
        }
        awaitReaders();

        // whatever changes a token makes no stranger of anybody
        slow.newToken("\"pull\"");
        String api = "/api/v1/tenants/" + other.tenant();
        assertThat(status("GET", "/api/v1/audit/events", others, "")).isEqualTo(200);
        assertThat(status("POST", api + "/tokens", others, "{\"scopes\":[\"pull\"]}"))
                .isEqualTo(201);
        String log = URI.create(other.url()).getPath() + "/log/" + "0".repeat(32) + "-x.drv";
        assertThat(status("PUT", log, other.token(), "built")).isEqualTo(201);
        assertThat(readers()).isGreaterThanOrEqualTo(MANY);
    }

    /** What is not sealed yet is not told, and would be an answer that fits into any window. */
    private void awaitEvents(String administrator) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(System.getProperty("it.url", "") + "/api/v1/audit/events"))
                .header("Authorization", "Bearer " + administrator)
                .header("Accept", "application/x-ndjson")
                .build();
        long events = 0;
        for (int i = 0; i < 600 && events < EVENTS; i++) {
            Thread.sleep(100);
            events =
                    client.send(request, BodyHandlers.ofString()).body().lines().count();
        }
        assertThat(events).isGreaterThanOrEqualTo(EVENTS);
    }

    /** Sends a request, and no more of it; of the answer nothing is taken. */
    private void come(String request, String token, String header, String begin) throws IOException {
        URI url = URI.create(System.getProperty("it.url", ""));
        Socket socket = new Socket();
        crowd.add(socket);
        socket.setReceiveBufferSize(WINDOW);
        socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        String head = request + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\n" + header + "\r\n\r\n";
        socket.getOutputStream().write((head + begin).getBytes(StandardCharsets.US_ASCII));
    }

    private void awaitReaders() throws Exception {
        for (int i = 0; i < 600 && readers() < MANY; i++) {
            Thread.sleep(100);
        }
        assertThat(readers()).isGreaterThanOrEqualTo(MANY);
    }

    /** How many are answered with a list, or wait to be, as the server's own health tells. */
    private int readers() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(READY)).build();
        Matcher lists =
                LISTS.matcher(client.send(request, BodyHandlers.ofString()).body());
        return lists.find() ? Integer.parseInt(lists.group(1)) + Integer.parseInt(lists.group(2)) : -1;
    }

    /** Ends with an exception where the answer does not come in time. */
    private int status(String method, String path, String token, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(System.getProperty("it.url", "") + path))
                .timeout(Duration.ofSeconds(10))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .build();
        return client.send(request, BodyHandlers.ofString()).statusCode();
    }
}
