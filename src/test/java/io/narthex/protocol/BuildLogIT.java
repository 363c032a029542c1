package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code log/{drv}}: what a build printed, kept plain or as bzip2. {@link NixClientIT} reads one that Nix kept. */
@ExtendWith(SharedServer.class)
class BuildLogIT {
    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @Test
    void isSentAsItWasKept() throws Exception {
        String name = "4".repeat(32) + "-plain.drv";
        Files.writeString(file(name), "building…\ndone\n");

        Answer answer = wire.get("/log/" + name);

        assertThat(answer.text()).isEqualTo("building…\ndone\n");
        assertThat(wire.get("/push/log/" + name).status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void isUnpackedWhenItWasKeptCompressed() throws Exception {
        String name = "5".repeat(32) + "-packed.drv";
        String text = "line\n".repeat(100_000);
        try (OutputStream out = new BZip2CompressorOutputStream(Files.newOutputStream(file(name + ".bz2")))) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }

        assertThat(wire.get("/log/" + name).text()).isEqualTo(text);
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        String name = "6".repeat(32) + "-head.drv";
        Files.writeString(file(name), "text");

        Answer head = wire.head("/log/" + name);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.header("Content-Length")).isEqualTo("4");
    }

    @Test
    void isNotSentAgainToWhoHasIt() throws Exception {
        String name = "8".repeat(32) + "-known.drv";
        Files.writeString(file(name), "text");
        String modified = wire.get("/log/" + name).header("Last-Modified");

        assertThat(wire.get("/log/" + name, "If-Modified-Since: " + modified).status())
                .isEqualTo(304);
    }

    @Test
    void isAbsentWhereALinkLeadsElsewhere() throws Exception {
        String name = "9".repeat(32) + "-link.drv";
        Path secret = Files.writeString(served.scratch().resolve("secret"), "secret");
        Files.createSymbolicLink(file(name), secret);

        assertThat(wire.get("/log/" + name).status()).isEqualTo(404);
    }

    @Test
    void isAbsentWhereADirectoryHasItsName() throws Exception {
        String name = "a".repeat(32) + "-directory.drv";
        Files.createDirectories(file(name));

        assertThat(wire.get("/log/" + name).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no archive"})
    void isAbsentWhileItsArchiveIsNone(String contents) throws Exception {
        String name = "b".repeat(32) + "-begun" + contents.length() + ".drv";
        Files.writeString(file(name + ".bz2"), contents);

        assertThat(wire.get("/log/" + name).status()).isEqualTo(404);
        assertThat(wire.head("/log/" + name).status()).isEqualTo(404);
    }

    @Test
    void isAbsentWhereNothingWasKept() throws Exception {
        assertThat(wire.get("/log/" + "7".repeat(32) + "-none.drv").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x.drv",
                "77777777777777777777777777777777-none",
                "e7777777777777777777777777777777-none.drv",
                "..%2f..%2fdb%2fdb.sqlite",
                "77777777777777777777777777777777-..%2f..%2fdb.drv",
                "77777777777777777777777777777777.drv"
            })
    void isMalformedUnderWhatNamesNoDerivation(String name) throws Exception {
        Answer answer = wire.get("/log/" + name);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
    }

    private Path file(String name) throws IOException {
        Path directory = served.root().resolve("nix/var/log/nix/drvs").resolve(name.substring(0, 2));
        return Files.createDirectories(directory).resolve(name.substring(2));
    }
}
