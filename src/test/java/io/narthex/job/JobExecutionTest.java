package io.narthex.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobExecutionTest {
    private final FakeLedger ledger = new FakeLedger();
    private final List<JobOutcome> outcomes = new ArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    @Test
    void turnsPagesUntilTheWorkIsDone() throws InterruptedException {
        JobExecution execution = execution(checkpoint -> page(checkpoint == null ? "1" : null));
        execution.run();
        assertThat(ledger.events).containsExactly("page", "page", "done");
        assertThat(outcomes).containsExactly(JobOutcome.SUCCEEDED);
        assertThat(execution.awaitEnd(0)).isTrue();
    }

    @Test
    void stopsBehindThePageWhenTheServerStops() {
        execution(checkpoint -> {
                    stopping.set(true);
                    return page("1");
                })
                .run();
        assertThat(ledger.events).containsExactly("page", "interrupt");
        assertThat(outcomes).containsExactly(JobOutcome.INTERRUPTED);
    }

    @Test
    void stopsBehindThePageWhenInterruptedAndKeepsTheFlag() {
        execution(checkpoint -> {
                    Thread.currentThread().interrupt();
                    return page("1");
                })
                .run();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ledger.events).containsExactly("page", "interrupt");
        assertThat(ledger.flagSeen).isFalse();
    }

    @Test
    void endsSilentlyWhenTheLeaseWasLost() {
        ledger.lost = true;
        execution(checkpoint -> page(null)).run();
        assertThat(ledger.events).containsExactly("lost");
        assertThat(outcomes).containsExactly(JobOutcome.INTERRUPTED);
    }

    @Test
    void tellsTheSentenceOfAFailureThatTheJobExplains() {
        execution(checkpoint -> {
                    throw new JobFailed("The Nix database cannot be read.");
                })
                .run();
        assertThat(ledger.events).containsExactly("page", "fail The Nix database cannot be read.");
        assertThat(outcomes).containsExactly(JobOutcome.FAILED);
    }

    @Test
    void tellsNothingOfAFailureThatNobodyForesaw() {
        execution(checkpoint -> {
                    throw new IllegalStateException("select secret from /var/lib");
                })
                .run();
        assertThat(ledger.events)
                .containsExactly("page", "fail The job failed; the server's log tells why at run=12345.");
    }

    @Test
    void tellsThatTheDatabaseWasAway() {
        execution(checkpoint -> {
                    throw new IllegalStateException(new SQLException("gone", "08006"));
                })
                .run();
        assertThat(ledger.events).containsExactly("page", "fail The database was away.");
    }

    @Test
    void endsEvenIfItsEndCannotBeRecorded() throws InterruptedException {
        ledger.away = true;
        JobExecution execution = execution(checkpoint -> {
            throw new IllegalStateException();
        });
        execution.run();
        assertThat(execution.awaitEnd(0)).isTrue();
    }

    private static JobPage page(@Nullable String checkpoint) {
        return new JobPage(checkpoint, 1, 0, 0, 0);
    }

    private JobExecution execution(SampleJob.Script script) {
        HeldLease lease = new HeldLease(new JobKey("sample", "here"), 1, 12345);
        return new JobExecution(new SampleJob("sample", script), lease, ledger, stopping::get, outcomes::add);
    }

    /** Keeps in memory what the real one keeps in the database. */
    private static final class FakeLedger extends JobLedger {
        final List<String> events = new ArrayList<>();

        @Nullable
        String checkpoint;

        boolean lost;
        boolean away;
        boolean flagSeen;

        @Override
        JobProgress page(HeldLease lease, Job job, Progress progress) {
            if (lost) {
                events.add("lost");
                return JobProgress.LEASE_LOST;
            }
            events.add("page");
            checkpoint = progress.during(() -> job.page(checkpoint)).checkpoint();
            if (checkpoint != null) {
                return JobProgress.MORE;
            }
            events.add("done");
            return JobProgress.DONE;
        }

        @Override
        void interrupt(HeldLease lease) {
            flagSeen = Thread.currentThread().isInterrupted();
            events.add("interrupt");
        }

        @Override
        void fail(HeldLease lease, String error) {
            if (away) {
                throw new IllegalStateException("away");
            }
            events.add("fail " + error);
        }
    }
}
