package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileTypesTest {
    private static final byte[] HTML = "<html><script>alert(1)</script>".getBytes(StandardCharsets.US_ASCII);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x.html",
                "x.htm",
                "x.xhtml",
                "x.svg",
                "x.js",
                "x.mjs",
                "x.xml",
                "x.xsl",
                "x.mht",
                "x.swf",
                "x.css",
                "x.HTML",
                "x",
                "",
                ".",
                "x.png.html",
                "x.pdf",
                "x.json",
                "x.wasm"
            })
    void areTextForWhatCouldRun(String name) {
        assertThat(FileTypes.of(name, HTML, HTML.length)).isEqualTo("text/plain; charset=utf-8");
    }

    @ParameterizedTest
    @CsvSource({"x.png, image/png", "x.JPG, image/jpeg", "x.tar.gz, application/gzip", "x.zst, application/zstd"})
    void areThoseThatBrowsersOnlyShowOrSave(String name, String type) {
        assertThat(FileTypes.of(name, HTML, HTML.length)).isEqualTo(type);
    }

    @Test
    void areBytesForWhatHasANul() {
        assertThat(FileTypes.of("x", new byte[] {'E', 'L', 'F', 0}, 4)).isEqualTo("application/octet-stream");
    }

    @Test
    void lookNoFurtherThanTheSample() {
        assertThat(FileTypes.of("x", new byte[] {'a', 0}, 1)).isEqualTo("text/plain; charset=utf-8");
    }
}
