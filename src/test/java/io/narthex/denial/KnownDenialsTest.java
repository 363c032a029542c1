package io.narthex.denial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownDenialsTest {
    private final KnownDenials known = new KnownDenials();
    private final List<@Nullable ReadDenials> before = new ArrayList<>();

    private void reload(String seen) {
        known.reload(last -> {
            before.add(last);
            return new ReadDenials(List.of(), seen);
        });
    }

    private List<@Nullable String> seenBefore() {
        List<@Nullable String> seen = new ArrayList<>();
        before.forEach(last -> seen.add(last == null ? null : last.seen()));
        return seen;
    }

    @Test
    void readsWhatIsNewSinceItLastRead() {
        reload("1:1:");
        known.changed();
        assertThat(known.current()).isNull();
        reload("2:2:");
        assertThat(known.current()).isNotNull();
        known.changed();
        reload("3:3:");
        assertThat(seenBefore()).containsExactly(null, "1:1:", "2:2:");
    }

    @Test
    void readsNothingWhereNothingChanged() {
        reload("1:1:");
        reload("2:2:");
        assertThat(before).hasSize(1);
    }

    @Test
    void readsAllWhereItMayHaveMissedSomething() {
        reload("1:1:");
        known.lost();
        reload("2:2:");
        assertThat(seenBefore()).containsExactly(null, null);
    }

    @Test
    void readsAgainWhatChangedWhileItRead() {
        known.reload(last -> {
            known.changed();
            return new ReadDenials(List.of(), "1:1:");
        });
        assertThat(known.current()).isNull();
    }
}
