package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.change.DatabaseAwayException;
import io.narthex.index.StoredNar;
import io.narthex.index.upload.ReceivedFile;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PendingNarsTest {
    private static final NixHash HASH = NixHash.ofSha256(new byte[32]);
    private static final NarFacts FACTS = new NarFacts(HASH, 1, HASH, 1, Compression.NONE, Optional.empty());
    private static final ReceivedFiles.Facts ROW =
            new ReceivedFiles.Facts("key", "none", HASH, 1, HASH, 1, Optional.empty(), new byte[0]);
    private static final ReceivedFile FILE =
            new ReceivedFile(new StoredNar(1, "key", "file", "none", HASH, 1, HASH, 1), Optional.empty());

    private final PendingNars pending = new PendingNars();
    private volatile boolean away = true;

    private void add(Supplier<Optional<ReceivedFile>> stage) {
        pending.add(1, "file", new Arrival(FACTS, ROW, CompletableFuture.completedFuture(null), stage, Runnable::run));
    }

    @Test
    void keepsAFileWhoseRowCannotBeWrittenUntilTheDatabaseIsBack() {
        add(() -> {
            if (away) {
                throw new IllegalStateException(new SQLException("gone", "08006"));
            }
            return Optional.of(FILE);
        });
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> pending.await(1, "file")).isInstanceOf(DatabaseAwayException.class);
        }

        away = false;

        assertThat(pending.await(1, "file")).isTrue();
        assertThat(pending.remembered(1, "file")).contains(FILE);
    }

    @Test
    void losesAFileThatCannotBeKeptForAnotherReason() {
        add(() -> {
            throw new IllegalStateException("unforeseen");
        });

        assertThat(pending.await(1, "file")).isFalse();
        assertThat(pending.isKnown(1, "file", HASH)).isFalse();
    }
}
