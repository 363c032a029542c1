package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UrlNamesTest {
    @Test
    void areTheBytesBetweenTheSlashes() {
        assertThat(texts("/p/a/b%20c/%C3%BC")).contains(List.of("a", "b c", "ü"));
    }

    @Test
    void areNoneBehindThePrefixAlone() {
        assertThat(texts("/p")).contains(List.of());
        assertThat(texts("/p/")).contains(List.of());
        assertThat(texts("/p//")).contains(List.of());
    }

    @Test
    void mayBeNoUtf8() {
        byte[] name = UrlNames.after("/p/%ff%FE", "/p").orElseThrow().getFirst();

        assertThat(name).containsExactly(0xff, 0xfe);
    }

    @Test
    void keepAPlusAndAnEscapedPercent() {
        assertThat(texts("/p/a+b/%2525")).contains(List.of("a+b", "%25"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/p/..",
                "/p/.",
                "/p/a/../b",
                "/p/%2e%2e",
                "/p/%2E.",
                "/p/.%2e/x",
                "/p/a%2fb",
                "/p/a%00",
                "/p/%",
                "/p/%4",
                "/p/%g0",
                "/p/%0g",
                "/p/a%",
                "/q/a",
                ""
            })
    void areNotWhatNoFileIsCalled(String url) {
        assertThat(UrlNames.after(url, "/p")).isEmpty();
    }

    @Test
    void mayBeginWithDots() {
        assertThat(texts("/p/.../..a/.b")).contains(List.of("...", "..a", ".b"));
    }

    @Test
    void comeBackAsTheyWereEscaped() {
        byte[] every = new byte[254];
        int count = 0;
        for (int i = 1; i < 256; i++) {
            if (i != '/') {
                every[count++] = (byte) i;
            }
        }

        String url = UrlNames.escape(every);

        assertThat(url).matches("[A-Za-z0-9%._~+-]+");
        assertThat(UrlNames.after("/p/" + url, "/p").orElseThrow().getFirst()).isEqualTo(every);
    }

    private static Optional<List<String>> texts(String url) {
        return UrlNames.after(url, "/p")
                .map(names -> names.stream()
                        .map(name -> new String(name, StandardCharsets.UTF_8))
                        .toList());
    }
}
