package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code /}: what people see who open the URL. */
@ExtendWith(SharedServer.class)
class HomeIT {
    private final WireClient wire = WireClient.toServer();

    @Test
    void tellsTheTwoLinesOfNixConf() throws Exception {
        Answer answer = wire.get("/");

        assertThat(answer.header("Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(answer.text())
                .contains("extra-substituters = " + System.getProperty("it.url"))
                .contains("extra-trusted-public-keys = "
                        + wire.get("/public-key").text().strip());
    }

    @Test
    void runsNoScript() throws Exception {
        Answer answer = wire.get("/");

        assertThat(answer.header("Content-Security-Policy"))
                .contains("default-src 'none'")
                .doesNotContain("script-src");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.text()).doesNotContain("<script");
    }

    @Test
    void repeatsNoHostThatIsNone() throws Exception {
        Answer answer = wire.get("/", "X-Forwarded-Host: evil.example.com", "X-Forwarded-Proto: gopher");

        assertThat(answer.text()).doesNotContain("evil", "gopher");
    }

    @Test
    void mayBeKeptByHostOnly() throws Exception {
        assertThat(wire.get("/").header("Vary")).isEqualTo("Host");
    }
}
