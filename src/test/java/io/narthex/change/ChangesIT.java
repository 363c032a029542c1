package io.narthex.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.job.TestWar;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionalException;
import jakarta.transaction.UserTransaction;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** Changes recorded inside the server. The WAR at the root is the other node. */
@ExtendWith(ArquillianExtension.class)
@Timeout(
        value = 10,
        unit = TimeUnit.MINUTES,
        threadMode = ThreadMode.SAME_THREAD) // Arquillian keeps its state by thread
class ChangesIT {
    private static final AtomicLong SUBJECT = new AtomicLong(1_000_000);

    @Inject
    Changes changes;

    @Inject
    ChangeFeed feed;

    @Inject
    RecordingListener listener;

    @Resource
    UserTransaction transaction;

    @Resource(mappedName = "java:jboss/datasources/NarthexDS")
    DataSource database;

    private final Change token = new Change(ChangeKind.TOKEN, SUBJECT.incrementAndGet(), null);

    @Deployment
    static WebArchive war() {
        return TestWar.with(ChangesIT.class, RecordingListener.class);
    }

    @BeforeEach
    void ready() throws InterruptedException {
        RecordingListener.await(Duration.ofSeconds(60), () -> feed.heartbeat().isHeard() && feed.mayPublish());
    }

    @Test
    void areToldHereBeforeTheCommitReturns() throws Exception {
        Change path = new Change(ChangeKind.PATH, token.subject(), StorePathHash.parse("0".repeat(31) + "1"));
        transaction.begin();
        changes.record(token.kind(), token.subject(), null);
        changes.record(path.kind(), path.subject(), path.hash());
        assertThat(listener.changes()).doesNotContain(token, path);
        transaction.commit();
        assertThat(listener.changes()).contains(token, path);
        RecordingListener.await(
                Duration.ofSeconds(20),
                () -> listener.changes().stream().filter(path::equals).count() == 2);
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void goWithTheirTransaction() throws Exception {
        transaction.begin();
        changes.record(token.kind(), token.subject(), null);
        transaction.rollback();
        Thread.sleep(1_200);
        assertThat(listener.changes()).doesNotContain(token);
        assertThat(rows()).isZero();
    }

    @Test
    void needATransaction() {
        assertThatThrownBy(() -> changes.record(token.kind(), token.subject(), null))
                .isInstanceOf(TransactionalException.class);
    }

    @Test
    void areRefusedToWhoTheOthersNoLongerKnow() throws Exception {
        transaction.begin();
        execute("delete from node");
        assertThatThrownBy(() -> changes.record(token.kind(), token.subject(), null))
                .isInstanceOf(DatabaseAwayException.class);
        assertThat(transaction.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        transaction.rollback();
        assertThat(rows()).isZero();
    }

    @Test
    void doNotWaitForHoursForAMachineThatFellSilent() throws Exception {
        try (Connection connection = database.getConnection();
                Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("select current_setting('tcp_keepalives_idle'),"
                        + " current_setting('tcp_keepalives_interval'), current_setting('tcp_keepalives_count'),"
                        + " current_setting('tcp_user_timeout')")) {
            assertThat(r.next()).isTrue();
            assertThat(r.getString(1)).isEqualTo("30");
            assertThat(r.getString(2)).isEqualTo("10");
            assertThat(r.getString(3)).isEqualTo("3");
            assertThat(r.getString(4)).isEqualTo("60000");
        }
    }

    @Test
    void knowThatThereIsAnotherNode() {
        assertThat(feed.heartbeat().isHeard()).isTrue();
        assertThat(feed.heartbeat().isAlone()).isFalse();
    }

    private int rows() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select count(*) from change where subject = " + token.subject())) {
            row.next();
            return row.getInt(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
