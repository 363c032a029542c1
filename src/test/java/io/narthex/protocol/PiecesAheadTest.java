package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PiecesAheadTest {
    private static final List<Integer> SEVEN = IntStream.range(0, 7).boxed().toList();

    private final List<List<Integer>> prepared = Collections.synchronizedList(new ArrayList<>());

    private List<Integer> read(Executor executor) {
        List<Integer> all = new ArrayList<>();
        try (PiecesAhead<Integer> pieces = new PiecesAhead<>(SEVEN, 2, executor, prepared::add)) {
            for (int i = 0; i < pieces.count(); i++) {
                all.addAll(pieces.get(i));
            }
        }
        return all;
    }

    @Test
    void preparesEachPieceOnce() {
        assertThat(read(Thread::startVirtualThread)).isEqualTo(SEVEN);
        assertThat(prepared).containsExactlyInAnyOrder(List.of(0, 1), List.of(2, 3), List.of(4, 5), List.of(6));
    }

    @Test
    void waitsForNoThreadThatIsNotFree() {
        assertThat(read(task -> {})).isEqualTo(SEVEN);
        assertThat(read(task -> {
                    throw new RejectedExecutionException("full");
                }))
                .isEqualTo(SEVEN);
    }

    @Test
    void letsTheReaderMeetWhatFailed() {
        try (PiecesAhead<Integer> pieces = new PiecesAhead<>(SEVEN, 4, Thread::startVirtualThread, piece -> {
            throw new IllegalStateException("not now");
        })) {
            assertThat(pieces.get(0)).containsExactly(0, 1, 2, 3);
            assertThat(pieces.get(1)).containsExactly(4, 5, 6);
        }
    }

    @Test
    void preparesNothingMoreWhenItIsClosed() {
        List<Runnable> tasks = new ArrayList<>();
        new PiecesAhead<>(SEVEN, 2, tasks::add, prepared::add).close();
        tasks.forEach(Runnable::run);
        assertThat(prepared).isEmpty();
    }

    @Test
    void hasNoPieceOfNothing() {
        try (PiecesAhead<Integer> pieces = new PiecesAhead<>(List.of(), 2, Thread::startVirtualThread, prepared::add)) {
            assertThat(pieces.count()).isZero();
        }
    }
}
