package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The administrator's token at the door of the API. */
@ExtendWith(SharedServer.class)
class AccessIT {
    private static final String JOBS = "/api/v1/jobs";

    private final ApiClient client = new ApiClient("");

    @ParameterizedTest
    @CsvSource({
        "GET,  /api/v1/jobs",
        "HEAD, /api/v1/jobs",
        "GET,  /api/v1/jobs/none/runs",
        "GET,  /api/v1/jobs/none/runs/1",
        "POST, /api/v1/jobs/none/runs",
    })
    void asksEverybodyForTheToken(String method, String path) throws Exception {
        HttpResponse<String> answer = client.send(method, path, BodyPublishers.noBody());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .contains("Basic realm=\"narthex\", charset=\"UTF-8\"");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void takesTheTokenAsBearer() throws Exception {
        assertThat(with("Bearer " + ApiClient.token())).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "admin", "nix"})
    void takesTheTokenAsThePasswordOfAnyUser(String user) throws Exception {
        assertThat(with(basic(user, ApiClient.token()))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer narthex_wrong", "Basic !", "Digest x", "Basic eDp5"})
    void refusesWhatIsNoToken(String authorization) throws Exception {
        assertThat(with(authorization)).isEqualTo(401);
    }

    @Test
    void refusesTheTokenAsTheUser() throws Exception {
        assertThat(with(basic(ApiClient.token(), ""))).isEqualTo(401);
    }

    @Test
    void delaysAWrongTokenButNotForLong() throws Exception {
        with("Bearer narthex_wrong");
        Instant begin = Instant.now();
        assertThat(with("Bearer narthex_wrong")).isEqualTo(401);
        assertThat(Duration.between(begin, Instant.now()))
                .isBetween(Duration.ofMillis(WrongTokenFilter.DELAY_MILLIS - 50), Duration.ofSeconds(20));
    }

    @Test
    void keepsTheTokenFromOthersAndFromTheLog() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ApiClient.tokenFile())))
                .isEqualTo("rw-------");
        Path log = Path.of(System.getProperty("it.home"), "log/server.log");
        assertThat(Files.readString(log)).contains("admin-token").doesNotContain(ApiClient.token());
    }

    @Test
    void takesANewTokenAndForgetsTheOldOneWithinFiveSeconds() throws Exception {
        String old = ApiClient.token();
        try {
            Files.writeString(ApiClient.tokenFile(), "narthex_new\n");
            assertThat(isUp("narthex_new", old)).isTrue();
        } finally {
            Files.writeString(ApiClient.tokenFile(), old + "\n");
            assertThat(isUp(old, "narthex_new")).isTrue();
        }
    }

    /** Within five seconds, and what a loaded machine takes. */
    private boolean isUp(String valid, String dead) throws Exception {
        Instant end = Instant.now().plusSeconds(10);
        while (with("Bearer " + valid) != 200 && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        return with("Bearer " + valid) == 200 && with("Bearer " + dead) == 401;
    }

    private int with(String authorization) throws Exception {
        return client.get(JOBS, "Authorization", authorization).statusCode();
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
