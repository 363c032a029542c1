package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http,  cache.example.com,      http://cache.example.com",
        "https, cache.example.com,      https://cache.example.com",
        "http,  Cache.Example.COM:8080, http://cache.example.com:8080",
        "http,  localhost:80,           http://localhost",
        "https, localhost:443,          https://localhost",
        "https, localhost:80,           https://localhost:80",
        "http,  127.0.0.1:20080,        http://127.0.0.1:20080",
        "http,  [::1]:8080,             http://[::1]:8080",
        "http,  my_host,                http://my_host",
        "http,  host:65535,             http://host:65535",
    })
    void isWhereTheRequestWasSentTo(String scheme, String host, String expected) {
        assertThat(BaseUrl.of(Optional.empty(), scheme, host, "").text()).isEqualTo(expected);
    }

    @Test
    void endsWithThePathOfTheDeployment() {
        BaseUrl base = BaseUrl.of(Optional.empty(), "http", "localhost", "/it");
        assertThat(base.resolve("/api")).hasToString("http://localhost/it/api");
        assertThat(base.origin()).isEqualTo("http://localhost");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a/b",
                "user@host",
                "host:",
                "host:0",
                "host:65536",
                "host:123456",
                "host:-1",
                "host:80:80",
                "::1",
                "[::1",
                "[::1]x",
                "[host]",
                "-host",
                "host-",
                "a..b",
                ".a",
                "host?x",
                "host#x",
                "host\"><script>",
                "h%6fst",
                "höst"
            })
    void refusesAHostThatIsNone(String host) {
        assertThatThrownBy(() -> BaseUrl.of(Optional.empty(), "http", host, ""))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo(ProblemType.BAD_REQUEST));
    }

    @Test
    void refusesAHostLongerThanAnyName() {
        assertThatThrownBy(() -> BaseUrl.of(Optional.empty(), "http", "a.".repeat(128) + "a", ""))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void isWhatTheOperatorSaidWhateverTheHost() {
        Optional<URI> url = Optional.of(URI.create("https://cache.example.com/nix"));
        BaseUrl base = BaseUrl.of(url, "http", "evil host", "");
        assertThat(base.resolve("/api/v1/jobs")).hasToString("https://cache.example.com/nix/api/v1/jobs");
        assertThat(base.origin()).isEqualTo("https://cache.example.com");
    }

    @ParameterizedTest
    @CsvSource({
        "https://Cache.example.com:8443/nix, cache.example.com",
        "http://[::1]:8080,                  ::1",
        "http://[fe80::1],                   fe80::1",
        "http://my_host:8080,                my_host",
    })
    void hasTheMachineThatANetrcNames(String url, String machine) {
        assertThat(new BaseUrl(url).machine()).isEqualTo(machine);
    }

    @ParameterizedTest
    @CsvSource({
        "https://Cache.example.com:443, https://cache.example.com",
        "HTTP://cache.example.com:8080, http://cache.example.com:8080",
        "http://[::1]:8080,             http://[::1]:8080",
        "http://my_host:8080,           http://my_host:8080",
    })
    void hasTheOriginThatABrowserSends(String url, String origin) {
        assertThat(new BaseUrl(url).origin()).isEqualTo(origin);
    }
}
