package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByPartsTest {
    private static final List<Integer> ROWS = IntStream.range(0, 100).boxed().toList();

    private final List<Integer> written = new ArrayList<>();
    private final Connection connection = (Connection)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Connection.class}, (p, m, a) -> {
                throw new UnsupportedOperationException(m.getName());
            });

    @ParameterizedTest
    @ValueSource(strings = {"22021", "23514", "54000", "42501"})
    void leavesOutThoseThatTheDatabaseNeverTakes(String state) throws Exception {
        ByParts<Integer> parts = new ByParts<>(ROWS, (c, rows) -> take(rows, Set.of(3, 4, 99), state));

        parts.write(connection);

        assertThat(written).hasSize(97).doesNotContain(3, 4, 99).isSorted();
        assertThat(parts.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "57P01", "53100", "40P01", "25006"})
    void keepsThoseThatTheDatabaseMayTakeLater(String state) {
        ByParts<Integer> parts = new ByParts<>(ROWS, (c, rows) -> take(rows, Set.of(3), state));

        assertThatThrownBy(() -> parts.write(connection)).isInstanceOf(SQLException.class);
        assertThat(parts.left()).isEqualTo(ROWS);
    }

    @Test
    void givesBackOnlyWhatIsNotWritten() {
        ByParts<Integer> parts = new ByParts<>(ROWS, (c, rows) -> {
            if (rows.contains(80) && !rows.contains(10)) {
                throw new SQLException("away", "57P01");
            }
            take(rows, Set.of(10), "22021");
        });

        assertThatThrownBy(() -> parts.write(connection)).isInstanceOf(SQLException.class);
        assertThat(written).hasSize(49).doesNotContain(10);
        assertThat(parts.left()).isEqualTo(ROWS.subList(50, 100));
    }

    private void take(List<Integer> rows, Set<Integer> bad, String state) throws SQLException {
        if (rows.stream().anyMatch(bad::contains)) {
            throw new SQLException("not this one", state);
        }
        written.addAll(rows);
    }
}
