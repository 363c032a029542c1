package io.narthex.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.job.JobException.AlreadyRunning;
import io.narthex.restore.RestoreGuard;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.assertj.core.api.Assertions;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** The machinery inside the server, on the real database. Two runners are two servers: each has an owner id of its own. */
@ExtendWith(ArquillianExtension.class)
@Timeout(
        value = 10,
        unit = TimeUnit.MINUTES,
        threadMode = ThreadMode.SAME_THREAD) // Arquillian keeps its state by thread
class JobMachineryIT {
    @Inject
    ScriptedJob job;

    @Inject
    JobRegistry registry;

    @Inject
    RestoreGuard restore;

    @Inject
    JobLedger ledger;

    @Inject
    JobLeases leases;

    @Inject
    JobHistory history;

    @Inject
    JobMeters meters;

    @Resource
    ManagedExecutorService executor;

    @Resource
    ManagedThreadFactory threads;

    @Resource(mappedName = "java:jboss/datasources/NarthexDS")
    DataSource database;

    private final UUID here = UUID.randomUUID();
    private final UUID there = UUID.randomUUID();
    private JobKey key = new JobKey("scripted", "here");

    @Deployment
    static WebArchive war() {
        return TestWar.with(JobMachineryIT.class, ScriptedJob.class, SampleJob.Script.class);
    }

    /** Each test has leases and runs of its own. */
    @BeforeEach
    void newSubject() {
        job.isFor(UUID.randomUUID().toString());
        job.does(checkpoint -> page(null));
        key = JobKey.of(job);
    }

    /** Who renews looks whether the run goes on, and may come a moment too late. */
    @Test
    void renewsNoLeaseThatWasGivenBack() {
        HeldLease lease = ledger.begin(key, here);
        assertThat(ledger.renew(lease)).isTrue();

        ledger.interrupt(lease);

        assertThat(ledger.renew(lease)).isFalse();
        assertThat(leases.isHeld(key)).isFalse();
    }

    @Test
    void recordsWhatAllPagesDid() throws Exception {
        job.does(checkpoint -> {
            int page = checkpoint == null ? 1 : Integer.parseInt(checkpoint);
            return new JobPage(page == 3 ? null : Integer.toString(page + 1), 100, 10, page, 0);
        });
        JobRunEntity run = awaitEnd(runner().start(key.job()));
        assertThat(run.outcome()).isEqualTo(JobOutcome.SUCCEEDED);
        assertThat(List.of(run.seen(), run.added(), run.updated(), run.removed()))
                .containsExactly(300L, 30L, 6L, 0L);
        assertThat(run.error()).isNull();
        assertThat(run.startedAt())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(run.endedAt()).isAfterOrEqualTo(run.startedAt());
        assertThat(leases.isHeld(key)).isFalse();
    }

    @Test
    void tellsEveryNodeHowFarARunIsWhileItsPageGoesOn() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        job.does(checkpoint -> {
            Progress.ofThisRun().expect(() -> 10);
            Progress.ofThisRun().add(4);
            reached.countDown();
            await(looked);
            Progress.ofThisRun().add(6);
            return page(null);
        });
        JobRunner runner = runner();
        long id = runner.start(key.job());
        await(reached);

        runner.writeProgress();
        RunResponse during = RunResponse.of(history.run(key.job(), id));
        looked.countDown();
        RunResponse after = RunResponse.of(awaitEnd(id));

        assertThat(during.outcome()).isEqualTo(JobOutcome.RUNNING);
        assertThat(during.done()).isEqualTo(4);
        assertThat(during.total()).isEqualTo(10);
        assertThat(during.rate()).isPositive();
        assertThat(during.eta()).isAfter(during.startedAt());
        assertThat(after.done()).isEqualTo(10);
        assertThat(after.eta()).isNull();
    }

    @Test
    void countsWhatPagesLookedAtOfAJobThatTellsNothing() throws Exception {
        job.does(checkpoint -> new JobPage(checkpoint == null ? "more" : null, 100, 0, 0, 0));

        RunResponse run = RunResponse.of(awaitEnd(runner().start(key.job())));

        assertThat(run.done()).isEqualTo(200);
        assertThat(run.total()).isNull();
    }

    @Test
    void runsOnceHoweverManyServersStartItAtTheSameMoment() throws Exception {
        for (int round = 0; round < 20; round++) {
            job.isFor(UUID.randomUUID().toString());
            JobKey fresh = JobKey.of(job);
            CyclicBarrier together = new CyclicBarrier(4);
            List<Future<Object>> all = new ArrayList<>();
            for (int server = 0; server < 4; server++) {
                all.add(executor.submit((Callable<Object>) () -> {
                    together.await(10, TimeUnit.SECONDS);
                    try {
                        return ledger.begin(fresh, UUID.randomUUID()).run();
                    } catch (AlreadyRunning e) {
                        return e;
                    }
                }));
            }
            List<Long> begun = new ArrayList<>();
            List<Long> refused = new ArrayList<>();
            for (Future<Object> one : all) {
                Object result = one.get(10, TimeUnit.SECONDS);
                if (result instanceof AlreadyRunning already) {
                    refused.add(already.run());
                } else {
                    begun.add((Long) result);
                }
            }
            assertThat(begun).hasSize(1);
            assertThat(refused).hasSize(3).containsOnly(begun.get(0));
        }
    }

    @Test
    void doesNotLetAnotherServerInWhileTheLeaseLasts() {
        HeldLease held = ledger.begin(key, here);
        assertThatThrownBy(() -> ledger.begin(key, there))
                .isInstanceOfSatisfying(
                        AlreadyRunning.class, e -> assertThat(e.run()).isEqualTo(held.run()));
        assertThat(leases.isHeld(key)).isTrue();
    }

    @Test
    void letsTwoSubjectsRunAtOnce() {
        ledger.begin(key, here);
        assertThat(ledger.begin(new JobKey(key.job(), UUID.randomUUID().toString()), there)
                        .number())
                .isEqualTo(1);
    }

    @Test
    void takesAnExpiredLeaseOverAndGoesOnAtTheCheckpoint() throws Exception {
        HeldLease dead = ledger.begin(key, here);
        job.does(checkpoint -> page("half"));
        assertThat(ledger.page(dead, job, new Progress())).isEqualTo(JobProgress.MORE);
        expire();

        HeldLease heir = ledger.begin(key, there);
        JobRunEntity old = history.run(key.job(), dead.run());
        assertThat(old.outcome()).isEqualTo(JobOutcome.INTERRUPTED);
        assertThat(old.endedAt()).isNotNull();
        assertThat(heir.number()).isGreaterThan(dead.number());
        List<@Nullable String> checkpoints = new ArrayList<>();
        job.does(checkpoint -> {
            checkpoints.add(checkpoint);
            return page(null);
        });
        assertThat(ledger.page(heir, job, new Progress())).isEqualTo(JobProgress.DONE);
        assertThat(checkpoints).containsExactly("half");
    }

    @Test
    void keepsNothingOfAPageWhoseLeaseWasLost() throws Exception {
        HeldLease dead = ledger.begin(key, here);
        expire();
        HeldLease heir = ledger.begin(key, there);
        job.does(checkpoint -> Assertions.fail("the page must not begin"));
        assertThat(ledger.page(dead, job, new Progress())).isEqualTo(JobProgress.LEASE_LOST);
        assertThat(ledger.renew(dead)).isFalse();
        ledger.fail(dead, "too late");
        ledger.interrupt(dead);
        assertThat(history.run(key.job(), heir.run()).outcome()).isEqualTo(JobOutcome.RUNNING);
        assertThat(history.run(key.job(), dead.run()).error()).isNull();
        assertThat(leases.isHeld(key)).isTrue();
    }

    @Test
    void keepsASuccessorOutWhileAPageGoesOnAndLetsARenewalPass() throws Exception {
        HeldLease held = ledger.begin(key, here);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        job.does(checkpoint -> {
            inside.countDown();
            await(leave);
            return page(null);
        });
        Future<JobProgress> page = executor.submit(() -> ledger.page(held, job, new Progress()));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        expire();
        assertThatThrownBy(() -> ledger.begin(key, there)).isInstanceOf(AlreadyRunning.class);
        Future<Boolean> renewed = executor.submit(() -> ledger.renew(held));
        assertThat(renewed.get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(leases.isHeld(key)).isTrue();
        leave.countDown();
        assertThat(page.get(10, TimeUnit.SECONDS)).isEqualTo(JobProgress.DONE);
    }

    @Test
    void renewalMovesTheEndOfTheLease() throws Exception {
        HeldLease held = ledger.begin(key, here);
        expire();
        assertThat(leases.isHeld(key)).isFalse();
        assertThat(ledger.renew(held)).isTrue();
        assertThat(leases.isHeld(key)).isTrue();
    }

    @Test
    void rollsBackAPageThatFailsAndGoesOnBeforeItNextTime() throws Exception {
        job.does(checkpoint -> {
            if (checkpoint == null) {
                return page("second");
            }
            execute("update job_run set seen = 77 where subject = '" + key.subject() + "'");
            throw new IllegalStateException("select password from /etc/shadow");
        });
        JobRunEntity failed = awaitEnd(runner().start(key.job()));
        assertThat(failed.outcome()).isEqualTo(JobOutcome.FAILED);
        assertThat(failed.seen()).isEqualTo(1);
        assertThat(failed.error()).contains("run=" + failed.id()).doesNotContain("select", "/etc");
        assertThat(leases.isHeld(key)).isFalse();

        List<@Nullable String> checkpoints = new ArrayList<>();
        job.does(checkpoint -> {
            checkpoints.add(checkpoint);
            return page(null);
        });
        assertThat(awaitEnd(runner().start(key.job())).outcome()).isEqualTo(JobOutcome.SUCCEEDED);
        assertThat(checkpoints).containsExactly("second");
    }

    @Test
    void beginsAnewAfterARunThatSucceeded() throws Exception {
        List<@Nullable String> checkpoints = new ArrayList<>();
        job.does(checkpoint -> {
            checkpoints.add(checkpoint);
            return page(checkpoint == null ? "second" : null);
        });
        awaitEnd(runner().start(key.job()));
        awaitEnd(runner().start(key.job()));
        assertThat(checkpoints).containsExactly(null, "second", null, "second");
    }

    @Test
    void asksTheOtherJobsAlsoWhereOneFailsToSayWhetherItIsDue() {
        job.isDue(() -> {
            throw new NoClassDefFoundError("for the test");
        });
        JobRunner runner = runner();
        try {
            assertThatCode(runner::startDue).doesNotThrowAnyException();
        } finally {
            job.isDue(() -> false);
            // it has started all that is due, and what is still under way when this application goes leaves its
            // transaction open
            runner.stop();
        }
    }

    @Test
    void leavesAJobAloneThatFailsAgainAndAgainUnlessSomebodyAsks() throws Exception {
        AtomicLong now = new AtomicLong();
        job.isDue(() -> true);
        job.does(checkpoint -> {
            throw new JobFailed("for the test");
        });
        JobRunner runner = runner();
        runner.setbacks = new Setbacks(now::get);
        try {
            awaitEnd(runner.start(key.job()));
            now.addAndGet(Duration.ofSeconds(30).toNanos());
            long last = runner.start(key.job());
            assertThat(awaitEnd(last).outcome()).isEqualTo(JobOutcome.FAILED);

            runner.startDue();

            assertThat(newest()).isEqualTo(last);
        } finally {
            job.isDue(() -> false);
            runner.stop();
        }
    }

    @Test
    void goesOnWithWhatAServerLeftThatIsGoneThoughItIsNotDue() throws Exception {
        List<@Nullable String> checkpoints = new CopyOnWriteArrayList<>();
        job.does(checkpoint -> {
            checkpoints.add(checkpoint);
            return page(null);
        });
        HeldLease lease = ledger.begin(key, there);
        execute("update job_lease set checkpoint = 'half', held_until = clock_timestamp() - interval '1 minute'"
                + " where subject = '" + key.subject() + "'");
        JobRunner runner = runner();
        try {
            runner.startDue();
        } finally {
            runner.stop();
        }

        assertThat(awaitEnd(lease.run()).outcome()).isEqualTo(JobOutcome.INTERRUPTED);
        assertThat(awaitEnd(newest()).outcome()).isEqualTo(JobOutcome.SUCCEEDED);
        assertThat(checkpoints).containsExactly("half");
    }

    private long newest() {
        return history.runs(key.job(), Long.MAX_VALUE, 100).stream()
                .filter(run -> run.key().equals(key))
                .mapToLong(JobRunEntity::id)
                .max()
                .orElseThrow();
    }

    @Test
    void stopsBehindThePageAndLetsAnotherServerGoOnAtOnce() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        job.does(checkpoint -> {
            inside.countDown();
            pause();
            return page("half");
        });
        JobRunner stopped = runner();
        long run = stopped.start(key.job());
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        stopped.stop();
        assertThat(history.run(key.job(), run).outcome()).isEqualTo(JobOutcome.INTERRUPTED);
        assertThatThrownBy(() -> stopped.start(key.job())).isInstanceOf(JobException.Stopping.class);

        List<@Nullable String> checkpoints = new ArrayList<>();
        job.does(checkpoint -> {
            checkpoints.add(checkpoint);
            return page(null);
        });
        awaitEnd(runner().start(key.job()));
        assertThat(checkpoints).containsExactly("half");
    }

    @Test
    void removesRunsThatAreOldOrTooMany() throws Exception {
        ledger.interrupt(ledger.begin(key, here));
        String old = "insert into job_run (job, subject, lease_number, started_at, ended_at, outcome) select job,"
                + " subject, -n, clock_timestamp() - age, clock_timestamp() - age, 'SUCCEEDED' from job_lease, ";
        String mine = " where subject = '" + key.subject() + "'";
        execute(old + "(select n, interval '91 days' as age from generate_series(1, 3) n) o" + mine);
        execute(old + "(select n, interval '1 day' as age from generate_series(4, 1100) n) o" + mine);
        HeldLease newest = ledger.begin(key, here);
        List<JobRunEntity> kept = history.runs(key.job(), Long.MAX_VALUE, 5000).stream()
                .filter(run -> run.key().equals(key))
                .toList();
        assertThat(kept).hasSize(1001);
        assertThat(kept.get(0).id()).isEqualTo(newest.run());
        assertThat(kept).allMatch(run -> run.startedAt().isAfter(Instant.now().minus(Duration.ofDays(90))));
    }

    @Test
    void theSchemaItselfAllowsOneRunOnly() {
        ledger.begin(key, here);
        assertThatThrownBy(() -> execute("insert into job_run (job, subject, lease_number, started_at, outcome)"
                        + " values ('" + key.job() + "', '" + key.subject() + "', 99, now(), 'RUNNING')"))
                .hasMessageContaining("job_run_one_running");
    }

    /** What another server would have. */
    private JobRunner runner() {
        JobRunner runner = new JobRunner(registry, ledger, meters, restore);
        runner.threads = threads;
        return runner;
    }

    private static JobPage page(@Nullable String next) {
        return new JobPage(next, 1, 0, 0, 0);
    }

    private JobRunEntity awaitEnd(long id) throws InterruptedException {
        for (int i = 0; i < 1_200; i++) {
            JobRunEntity run = history.run(key.job(), id);
            if (run.outcome() != JobOutcome.RUNNING) {
                return run;
            }
            Thread.sleep(50);
        }
        return Assertions.fail("run " + id + " does not end");
    }

    /** As if the holder had been silent for long. */
    private void expire() {
        execute("update job_lease set held_until = clock_timestamp() - interval '1 second' where subject = '"
                + key.subject() + "'");
    }

    private void execute(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
