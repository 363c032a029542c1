package io.narthex.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionConflictTest {
    @ParameterizedTest
    @CsvSource({"40001,true", "40P01,true", "55P03,true", "23505,false", "57P01,false", "53200,false", ",false"})
    void tellsByWhatPostgresqlSays(String state, boolean conflict) {
        assertThat(TransactionConflict.isCauseOf(new SQLException("ended", state)))
                .isEqualTo(conflict);
    }

    @Test
    void looksBehindWhatWasThrownInItsPlace() {
        Exception thrown = new IllegalStateException("outer", new RuntimeException(new SQLException("inner", "40P01")));

        assertThat(TransactionConflict.isCauseOf(thrown)).isTrue();
    }

    @Test
    void looksAtWhatACommitSuppressed() {
        Exception commit = new Exception("could not commit");
        commit.addSuppressed(new RuntimeException(new SQLException("flush", "40001")));

        assertThat(TransactionConflict.isCauseOf(commit)).isTrue();
    }

    @Test
    void comesToAnEndWhereFailuresHangTogetherInALoop() {
        Exception one = new Exception("one");
        Exception other = new Exception("other", one);
        one.initCause(other);

        assertThat(TransactionConflict.isCauseOf(one)).isFalse();
    }
}
