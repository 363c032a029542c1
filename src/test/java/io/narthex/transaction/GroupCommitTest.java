package io.narthex.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.it.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class GroupCommitTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<List<String>> written = new CopyOnWriteArrayList<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final AtomicInteger expected = new AtomicInteger();
    private final GroupCommit<String, Integer> commit = new GroupCommit<>(this::write, expected::get);

    /** Gives the length of each; what is empty fails, with all that are with it. */
    private List<Integer> write(List<String> all) {
        boolean isFirst = written.isEmpty();
        written.add(all);
        if (isFirst) {
            await(first);
        }
        if (all.contains("")) {
            throw new IllegalArgumentException("empty");
        }
        return all.stream().map(String::length).toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<Integer> begin(String what) {
        return CompletableFuture.supplyAsync(() -> commit.write(what), threads);
    }

    /** Begins one write that stands still, and others that wait for it. */
    private List<CompletableFuture<Integer>> behindAnother(String... others) throws Exception {
        CompletableFuture<Integer> before = begin("before");
        Await.until("transaction", () -> !written.isEmpty());
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (String other : others) {
            all.add(begin(other));
            int count = all.size();
            Await.until("one who waits", () -> commit.waiting() == count);
        }
        first.countDown();
        assertThat(before.get(60, TimeUnit.SECONDS)).isEqualTo("before".length());
        return all;
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void writesTogetherWhatCameWhileAnotherWasWritten() throws Exception {
        List<CompletableFuture<Integer>> others = behindAnother("a", "bb", "ccc");

        assertThat(others).extracting(CompletableFuture::join).containsExactly(1, 2, 3);
        assertThat(written).containsExactly(List.of("before"), List.of("a", "bb", "ccc"));
    }

    @Test
    void failsForNobodyElse() throws Exception {
        List<CompletableFuture<Integer>> others = behindAnother("a", "", "ccc");

        assertThat(others.get(0).join()).isEqualTo(1);
        assertThat(others.get(2).join()).isEqualTo(3);
        assertThatThrownBy(others.get(1)::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("empty");
    }

    @Test
    void waitsForThoseWhoAreAboutToWriteButNotForever() {
        first.countDown();
        expected.set(2);

        assertThat(commit.write("a")).isEqualTo(1);
    }
}
