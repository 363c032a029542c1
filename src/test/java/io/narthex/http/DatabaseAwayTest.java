package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.PersistenceException;
import jakarta.resource.ResourceException;
import jakarta.transaction.RollbackException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DatabaseAwayTest {
    static Stream<Throwable> away() {
        return Stream.of(
                new SQLException("connection refused", "08001"),
                new SQLException("terminated by administrator", "57P01"),
                new SQLException("starting up", "57P03"),
                new SQLException("too many clients", "53300"),
                new SQLTransientConnectionException("no state"),
                new SQLException("IJ031040: Connection is not associated with a managed connection: org.jboss"),
                new SQLException("no connection in the pool", new ResourceException("IJ000453")),
                new PersistenceException(new IllegalStateException(new SQLException("gone", "08006"))),
                refusedCommit(new SQLException("terminating connection due to administrator command", "57P01")));
    }

    @ParameterizedTest
    @MethodSource("away")
    void seesALostConnectionInWhateverAFailureStandsFor(Throwable failure) {
        assertThat(DatabaseAway.isCauseOf(failure)).isTrue();
    }

    /** As the transaction manager tells of it: what happened is suppressed, not the cause. */
    private static RollbackException refusedCommit(SQLException cause) {
        RollbackException failure = new RollbackException("ARJUNA016053: Could not commit transaction.");
        failure.addSuppressed(new ResourceException("SQLException", cause));
        return failure;
    }

    static Stream<Throwable> there() {
        return Stream.of(
                new IllegalStateException("08006"),
                new SQLException("no state"),
                new SQLException("unique violation", "23505"),
                new PersistenceException(new SQLException("syntax", "42601")),
                refusedCommit(new SQLException("a deferred constraint", "23505")));
    }

    @ParameterizedTest
    @MethodSource("there")
    void doesNotBlameADatabaseThatRefuses(Throwable failure) {
        assertThat(DatabaseAway.isCauseOf(failure)).isFalse();
    }

    @Test
    void endsInAChainThatIsALoop() {
        Exception a = new Exception("a");
        a.initCause(new Exception("b", a));
        assertThat(DatabaseAway.isCauseOf(a)).isFalse();
    }
}
