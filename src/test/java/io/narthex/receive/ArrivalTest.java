package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.index.StoredNar;
import io.narthex.index.upload.ReceivedFile;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private static final NixHash HASH = NixHash.ofSha256(new byte[32]);
    private static final NarFacts FACTS = new NarFacts(HASH, 1, HASH, 1, Compression.NONE, Optional.empty());
    private static final ReceivedFiles.Facts ROW =
            new ReceivedFiles.Facts("key", "none", HASH, 1, HASH, 1, Optional.empty(), new byte[0]);

    private final CompletableFuture<Void> durable = new CompletableFuture<>();
    private final AtomicInteger staged = new AtomicInteger();
    private final Arrival arrival =
            new Arrival(FACTS, ROW, durable, () -> Optional.of(file(staged.incrementAndGet())), Runnable::run);
    private final CompletableFuture<Optional<ReceivedFile>> kept =
            arrival.kept().toCompletableFuture();

    @Test
    void isStagedSoonAfterItIsDurableIfNobodyTookIt() {
        assertThat(kept).isNotDone();

        durable.complete(null);

        assertThat(kept).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(Optional.of(file(1)));
        assertThat(arrival.take()).isFalse();
    }

    @Test
    void isStagedAtOnceWhereSomebodyWaits() {
        durable.complete(null);

        arrival.hurry();

        assertThat(kept).isCompletedWithValue(Optional.of(file(1)));
    }

    @Test
    void isNotStagedForWhoWaitsBeforeItIsDurable() {
        arrival.hurry();
        assertThat(kept).isNotDone();
        assertThat(staged).hasValue(0);

        durable.complete(null);

        assertThat(kept).isCompletedWithValue(Optional.of(file(1)));
    }

    @Test
    void isStagedOnceHoweverManyWait() {
        arrival.hurry();
        arrival.hurry();
        durable.complete(null);

        assertThat(kept).isCompletedWithValue(Optional.of(file(1)));
        assertThat(staged).hasValue(1);
    }

    @Test
    void isNotStagedWhereAPublicationTookIt() {
        assertThat(arrival.take()).isTrue();
        assertThat(arrival.take()).isFalse();
        durable.complete(null);
        assertThat(kept).isNotDone();

        arrival.published(file(7));

        assertThat(kept).isCompletedWithValue(Optional.of(file(7)));
        assertThat(staged).hasValue(0);
    }

    @Test
    void isStagedWhereThePublicationLeftItBeforeItWasDurable() {
        assertThat(arrival.take()).isTrue();
        arrival.leave();
        assertThat(kept).isNotDone();

        durable.complete(null);

        assertThat(kept).isCompletedWithValue(Optional.of(file(1)));
    }

    @Test
    void isStagedWhereThePublicationLeftItLater() {
        assertThat(arrival.take()).isTrue();
        durable.complete(null);
        arrival.leave();

        assertThat(kept).isCompletedWithValue(Optional.of(file(1)));
        assertThat(staged).hasValue(1);
    }

    @Test
    void failsWithTheDiskWhoeverHasIt() {
        assertThat(arrival.take()).isTrue();
        durable.completeExceptionally(new IOException("no room"));

        assertThatThrownBy(kept::join).hasRootCauseMessage("no room");
        assertThat(arrival.awaitDurable()).isFalse();
        arrival.leave();
        assertThat(staged).hasValue(0);
    }

    @Test
    void failsWhereItCannotBeStaged() {
        Arrival unlucky = new Arrival(
                FACTS,
                ROW,
                CompletableFuture.completedFuture(null),
                () -> {
                    throw new IllegalStateException("no database");
                },
                Runnable::run);

        assertThatThrownBy(() -> unlucky.kept().toCompletableFuture().join()).hasRootCauseMessage("no database");
    }

    private static ReceivedFile file(long id) {
        return new ReceivedFile(new StoredNar(id, "key", "name", "none", HASH, 1, HASH, 1), Optional.empty());
    }
}
