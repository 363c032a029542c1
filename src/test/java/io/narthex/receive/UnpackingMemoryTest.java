package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import io.narthex.nix.narinfo.Compression;
import io.narthex.share.CurrentSharer;
import io.narthex.share.Sharer;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How much unpacking takes in all, and who waits for it. */
class UnpackingMemoryTest {
    private static final long MEBIBYTE = 1 << 20;

    private final UnpackingMemory memory = new UnpackingMemory(40 * MEBIBYTE);

    @Test
    void lendsNoMoreThanThereIsAndLetsTheRestWait() throws Exception {
        Closeable first = take("a", 30).join();
        CompletableFuture<Closeable> second = take("b", 20);
        awaitWaiting(1);
        assertThat(second).isNotDone();
        assertThat(memory.held()).isEqualTo(30);
        assertThat(memory.isWanted(sharer("a"))).isTrue();

        first.close();

        second.join().close();
        assertThat(memory.held()).isZero();
        assertThat(memory.waiting()).isZero();
    }

    @Test
    void keepsAPartForWhoComesNext() throws Exception {
        Closeable first = take("a", 10).join();
        CompletableFuture<Closeable> more = take("a", 20);
        awaitWaiting(1);

        take("b", 20).join().close();

        first.close();
        more.join().close();
    }

    @Test
    void leavesNothingTakenWhereAWaitIsEnded() throws Exception {
        Closeable first = take("a", 40).join();
        CompletableFuture<Exception> ended = new CompletableFuture<>();
        Thread waits = Thread.ofPlatform().start(() -> {
            try {
                memory.take(MEBIBYTE).close();
            } catch (IOException e) {
                ended.complete(e);
            }
        });
        awaitWaiting(1);

        waits.interrupt();

        assertThat(ended.join()).isInstanceOf(InterruptedIOException.class);
        first.close();
        assertThat(memory.held()).isZero();
    }

    @Test
    void isTakenAsLongAsAFileIsUnpacked() throws Exception {
        byte[] packed = Golden.bytes("packed/nix.nar.xz");
        int before = UnpackingMemory.SHARED.held();
        try (InputStream nar =
                Decompressor.open(Compression.XZ, packed, new ByteArrayInputStream(packed), 130 * MEBIBYTE)) {
            assertThat(nar.read()).isNotNegative();
            assertThat(UnpackingMemory.SHARED.held()).isEqualTo(before + 10);
        }
        assertThat(UnpackingMemory.SHARED.held()).isEqualTo(before);
    }

    @Test
    void isGivenBackWhereAFileIsDamaged() {
        int before = UnpackingMemory.SHARED.held();
        byte[] damaged = "no archive".getBytes(StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> Decompressor.open(
                        Compression.BZIP2, damaged, new ByteArrayInputStream(damaged), 130 * MEBIBYTE))
                .isInstanceOf(IOException.class);

        assertThat(UnpackingMemory.SHARED.held()).isEqualTo(before);
    }

    private CompletableFuture<Closeable> take(String tenant, int mebibytes) {
        CompletableFuture<Closeable> taken = new CompletableFuture<>();
        Thread.ofPlatform()
                .start(() -> CurrentSharer.run(sharer(tenant), () -> {
                    try {
                        taken.complete(memory.take(mebibytes * MEBIBYTE));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
        return taken;
    }

    private void awaitWaiting(int many) throws InterruptedException {
        for (int i = 0; i < 1_000 && memory.waiting() != many; i++) {
            Thread.sleep(10);
        }
        assertThat(memory.waiting()).isEqualTo(many);
    }

    private static Sharer sharer(String tenant) {
        return new Sharer(tenant, "token", "address");
    }
}
