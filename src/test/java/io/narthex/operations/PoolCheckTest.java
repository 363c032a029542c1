package io.narthex.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PoolCheckTest {
    private final AtomicLong now = new AtomicLong();
    private final PoolCheck check = new PoolCheck(now::get);
    private boolean empty;
    private boolean dead;

    @BeforeEach
    void prepare() {
        PlainHealth.use();
        Connection connection = fake(Connection.class, "isValid", () -> !dead);
        check.dataSource = fake(DataSource.class, "getConnection", () -> {
            if (empty) {
                throw new SQLException("no managed connections available");
            }
            return connection;
        });
    }

    @Test
    void isDownOnceNoConnectionCanBeHadForLongerThanARequestWaits() {
        check.probe();
        empty = true;

        assertThat(after(14)).isEqualTo(Status.UP);
        assertThat(after(2)).isEqualTo(Status.DOWN);
    }

    @Test
    void isDownOnceConnectionsAreDead() {
        dead = true;

        assertThat(after(16)).isEqualTo(Status.DOWN);
    }

    @Test
    void isUpAgainWithTheFirstConnection() {
        empty = true;
        assertThat(after(60)).isEqualTo(Status.DOWN);

        empty = false;

        assertThat(after(2)).isEqualTo(Status.UP);
    }

    private Status after(long seconds) {
        now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        check.probe();
        return check.call().getStatus();
    }

    private interface Answer {
        Object give() throws SQLException;
    }

    /** Knows one method, and how to close. */
    private static <T> T fake(Class<T> type, String known, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (p, method, a) -> {
            if (method.getName().equals(known)) {
                return answer.give();
            }
            if (method.getName().equals("close")) {
                return null;
            }
            throw new UnsupportedOperationException(method.getName());
        }));
    }
}
