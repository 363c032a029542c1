package io.narthex.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveTokensTest {
    private final Table table = new Table();
    private final LiveTokens tokens = new LiveTokens();

    @Test
    void knowsNothingUntilItHasRead() {
        assertThat(tokens.isCurrent()).isFalse();
        tokens.refresh(table);
        assertThat(tokens.isCurrent()).isTrue();
    }

    @Test
    void readsOnlyTheTokensThatChanged() {
        table.add(1);
        table.add(2);
        tokens.refresh(table);
        table.add(3);
        tokens.mark(3);
        assertThat(tokens.isCurrent()).isFalse();
        assertThat(tokens.find("t3")).isNull();
        tokens.refresh(table);
        assertThat(tokens.find("t3")).isNotNull();
        assertThat(tokens.find("t1")).isNotNull();
        assertThat(table.read).containsExactly("all", "[3]");
    }

    @Test
    void forgetsATokenThatIsNoLongerThere() {
        table.add(1);
        table.add(2);
        tokens.refresh(table);
        table.rows.removeIf(token -> token.id() == 1);
        tokens.mark(1);
        tokens.refresh(table);
        assertThat(tokens.find("t1")).isNull();
        assertThat(tokens.find("t2")).isNotNull();
    }

    @Test
    void readsTheTokensOfATrustThatChangedAndNoOthers() {
        table.add(1);
        tokens.refresh(table);
        tokens.markTrust(5);
        assertThat(tokens.isCurrent()).isFalse();
        tokens.refresh(table);
        assertThat(tokens.isCurrent()).isTrue();
        assertThat(table.read).containsExactly("all", "trusts [5]");
    }

    @Test
    void forgetsATokenOfHoursADayAfterItsEndAndAnyOtherAfterAMonth() {
        Instant now = Instant.now();
        table.add(1, now.minus(Duration.ofHours(30)), now.minus(Duration.ofHours(29)));
        table.add(2, now.minus(Duration.ofHours(20)), now.minus(Duration.ofHours(19)));
        table.add(3, now.minus(Duration.ofDays(40)), now.minus(Duration.ofDays(29)));
        table.add(4, now.minus(Duration.ofDays(40)), now.minus(Duration.ofDays(31)));
        tokens.refresh(table);
        assertThat(Stream.of("t1", "t2", "t3", "t4").filter(id -> tokens.find(id) != null))
                .containsExactly("t2", "t3");
    }

    @Test
    void isNotCurrentForAChangeThatCameWhileItRead() {
        table.meanwhile = () -> tokens.mark(7);
        tokens.refresh(table);
        assertThat(tokens.isCurrent()).isFalse();
        table.meanwhile = () -> {};
        tokens.refresh(table);
        assertThat(tokens.isCurrent()).isTrue();
        assertThat(table.read).containsExactly("all", "[7]");
    }

    @Test
    void readsAllAnewAfterAReadThatFailed() {
        tokens.refresh(table);
        tokens.mark(1);
        table.meanwhile = () -> {
            throw new IllegalStateException("away");
        };
        assertThatThrownBy(() -> tokens.refresh(table)).hasMessage("away");
        assertThat(tokens.isCurrent()).isFalse();
        table.meanwhile = () -> {};
        tokens.refresh(table);
        assertThat(table.read).containsExactly("all", "[1]", "all");
    }

    private static final class Table implements LiveTokens.Rows {
        private final List<Token> rows = new ArrayList<>();
        private final List<String> read = new ArrayList<>();
        private Runnable meanwhile = () -> {};

        void add(long id) {
            add(id, Instant.EPOCH, null);
        }

        void add(long id, Instant created, @Nullable Instant expires) {
            rows.add(new Token(
                    id,
                    "t" + id,
                    TokenDigest.of(new Secret("x")),
                    null,
                    "",
                    new Grant(Set.of(Scope.PULL), List.of(CachePattern.EVERYTHING)),
                    List.of(),
                    created,
                    null,
                    expires,
                    null,
                    null));
        }

        @Override
        public List<Token> all() {
            read.add("all");
            meanwhile.run();
            return List.copyOf(rows);
        }

        @Override
        public List<Token> of(Collection<Long> ids) {
            read.add(ids.toString());
            meanwhile.run();
            return rows.stream().filter(token -> ids.contains(token.id())).toList();
        }

        @Override
        public List<Token> ofTrusts(Collection<Long> trusts) {
            read.add("trusts " + trusts);
            return List.copyOf(rows);
        }
    }
}
