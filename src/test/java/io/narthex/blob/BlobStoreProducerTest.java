package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.serve.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by JUnit
class BlobStoreProducerTest {
    @TempDir
    Path home;

    @Test
    void keepsFilesBelowTheHomeUnlessToldOtherwise() throws IOException {
        try (BlobStore store = BlobStoreProducer.open(settings(Map.of()))) {
            assertThat(store).isInstanceOf(FileBlobStore.class);
            store.create().finish().join();
            assertThat(home.resolve("blobs")).isDirectoryRecursivelyContaining("glob:**/*");
        }
    }

    @Test
    void refusesTheStartWithoutTheDirectory() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "");

        assertThatThrownBy(() -> BlobStoreProducer.open(settings(Map.of("NARTHEX_BLOBS", "file:" + file))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("NARTHEX_BLOBS");
    }

    @Test
    void refusesTheStartWithoutTheBucket() throws Exception {
        try (S3Server server = new S3Server()) {
            String endpoint = server.location("").endpoint().orElseThrow().toString();

            assertThatThrownBy(() -> BlobStoreProducer.open(
                            settings(Map.of("NARTHEX_BLOBS", "s3://no-such-bucket", "NARTHEX_S3_ENDPOINT", endpoint))))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("no-such-bucket")
                    .hasMessageContaining("NARTHEX_S3_ENDPOINT");
            try (BlobStore store = BlobStoreProducer.open(
                    settings(Map.of("NARTHEX_BLOBS", "s3://" + S3Server.BUCKET, "NARTHEX_S3_ENDPOINT", endpoint)))) {
                assertThat(store).isInstanceOf(S3BlobStore.class);
            }
        }
    }

    @Test
    void refusesTheStartWhereNobodyListens() throws IOException {
        int port = FreePort.find();
        S3Server.credentials();

        assertThatThrownBy(() -> BlobStoreProducer.open(settings(
                        Map.of("NARTHEX_BLOBS", "s3://bucket", "NARTHEX_S3_ENDPOINT", "http://127.0.0.1:" + port))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("refused");
    }

    private Settings settings(Map<String, String> set) {
        Properties system = new Properties();
        system.setProperty("narthex.home", home.toString());
        return Settings.read(set, system);
    }
}
