package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.BlobLocation;
import jakarta.inject.Inject;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both stores inside WildFly, among its class loaders; S3 is a server in the JVM of the tests. */
@ExtendWith(ArquillianExtension.class)
@Timeout(
        value = 10,
        unit = TimeUnit.MINUTES,
        threadMode = ThreadMode.SAME_THREAD) // Arquillian keeps its state by thread
class BlobStoreIT {
    private static final String ENDPOINT = "s3-endpoint";

    @Inject
    BlobStore store;

    /** Runs in the JVM of the tests, all else in WildFly. */
    @Deployment
    static WebArchive war() throws Exception {
        // ends with the JVM
        String endpoint = new S3Server().location("").endpoint().orElseThrow().toString();
        WebArchive war = ShrinkWrap.create(ZipImporter.class, "it-blobs.war")
                .importFrom(new File(System.getProperty("war")))
                .as(WebArchive.class);
        war.delete("/WEB-INF/jboss-web.xml");
        return war.addClass(BlobStoreIT.class)
                .addAsResource(new StringAsset(endpoint), ENDPOINT)
                .addAsLibrary(assertj());
    }

    private static File assertj() throws URISyntaxException {
        return new File(Assertions.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    @Test
    void keepsFilesBelowTheHomeIfNothingElseIsSet() throws IOException {
        assertThat(store).isInstanceOf(FileBlobStore.class);

        keepsAndForgets(store, 1 << 20);
    }

    @Test
    void keepsObjectsInS3() throws IOException {
        String endpoint;
        try (InputStream text = Objects.requireNonNull(BlobStoreIT.class.getResourceAsStream("/" + ENDPOINT))) {
            endpoint = new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
        System.setProperty("aws.accessKeyId", "test-key");
        System.setProperty("aws.secretAccessKey", "test-secret");
        try (S3BlobStore s3 = new S3BlobStore(
                new BlobLocation.S3("narthex-test", "it", Optional.of(URI.create(endpoint)), Optional.empty()),
                Optional.empty(),
                Files.createTempDirectory("it-spool"),
                new SecureRandom())) {
            s3.check();
            keepsAndForgets(s3, 9 << 20);
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    private static void keepsAndForgets(BlobStore store, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        BlobKey key;
        try (BlobWriter writer = store.create()) {
            writer.write(bytes);
            writer.finish().join();
            key = writer.key();
        }
        try (Blob blob = store.open(key).orElseThrow();
                InputStream range = blob.range(1, size - 1L)) {
            byte[] read = range.readAllBytes();
            assertThat(read.length).isEqualTo(size - 1);
            assertThat(bytes).endsWith(read);
        }
        List<BlobKey> listed = new ArrayList<>();
        store.list(Instant.MAX, listed::add);
        assertThat(listed).contains(key);
        store.delete(key);
        assertThat(store.open(key)).isEmpty();
    }
}
