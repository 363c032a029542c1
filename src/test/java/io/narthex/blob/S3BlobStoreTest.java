package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.BlobLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // set by JUnit
class S3BlobStoreTest extends BlobStoreContract {
    private static final String PREFIX = "narthex/one";

    private static S3Server server;

    @TempDir
    Path spool;

    private S3BlobStore store;

    @BeforeAll
    static void startServer() throws Exception {
        server = new S3Server();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void openStore() throws IOException {
        store = open(server.location(PREFIX));
    }

    @AfterEach
    void emptyBucket() {
        server.clear();
    }

    private S3BlobStore open(BlobLocation.S3 location) throws IOException {
        return new S3BlobStore(new S3Bucket(location), spool, new SecureRandom(), new S3PartSizes(PART, PART));
    }

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    int stored() {
        return server.names().size() + server.uploads();
    }

    @Test
    void isNoFile() throws IOException {
        try (Blob blob = store.open(put(bytes(10))).orElseThrow()) {
            assertThat(blob.channel()).isEmpty();
        }
    }

    @Test
    void namesObjectsByPrefixAndKey() throws IOException {
        BlobKey key = put(bytes(10));

        assertThat(server.names()).containsExactly(PREFIX + "/" + key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "narthex", "narthex/on", "narthex/one/more"})
    void doesNotSeeWhatLiesBelowAnotherPrefix(String prefix) throws IOException {
        BlobKey key = put(bytes(10));

        try (S3BlobStore other = open(server.location(prefix))) {
            assertThat(other.open(key)).isEmpty();
            other.list(Instant.MAX, found -> assertThat(found).isNull());
        }
    }

    @Test
    void leavesNothingInTheSpool() throws IOException {
        put(bytes(PART + 1));
        try (BlobWriter writer = store.create()) {
            writer.write(1);
            try (Stream<Path> files = Files.list(spool)) {
                assertThat(files).isEmpty();
            }
        }
    }

    @Test
    void checksThatTheBucketCanBeUsedAndLeavesNothing() throws IOException {
        store.check();

        assertThat(stored()).isZero();
    }

    @Test
    void refusesABucketThatIsNotThere() throws IOException {
        BlobLocation.S3 location = server.location("");
        try (S3BlobStore other =
                open(new BlobLocation.S3("no-such-bucket", "", location.endpoint(), location.region()))) {
            assertThatThrownBy(other::check).isInstanceOf(IOException.class).hasMessageStartingWith("S3 refused: ");
        }
    }

    @Test
    void pagesThroughMoreThanAThousandObjects() throws IOException {
        server.fill(PREFIX, 1100);

        assertThat(listed(Instant.MAX)).hasSize(1100).doesNotHaveDuplicates();
    }

    @Test
    void growsPartsSoThatTenThousandHoldTheLargestNar() {
        long all = 0;
        for (int part = 1; part <= 10_000; part++) {
            all += S3PartSizes.STANDARD.of(part);
        }

        assertThat(all).isGreaterThan(500L << 30);
        assertThat(S3PartSizes.STANDARD.of(1)).isEqualTo(8 << 20);
    }
}
