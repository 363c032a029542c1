package io.narthex.operations;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuietTimeTest {
    private final QuietTime quiet = new QuietTime();

    @Test
    void beginsWhenABusyTimeHasEnded() {
        assertThat(quiet.hasBegun(40)).isFalse();
        assertThat(quiet.hasBegun(80)).isFalse();
        assertThat(quiet.hasBegun(81)).isTrue();
    }

    @Test
    void beginsOnceForEachBusyTime() {
        quiet.hasBegun(40);
        assertThat(quiet.hasBegun(40)).isTrue();
        quiet.collected(42);
        assertThat(quiet.hasBegun(42)).isFalse();
        assertThat(quiet.hasBegun(43)).isFalse();
        assertThat(quiet.hasBegun(90)).isFalse();
        assertThat(quiet.hasBegun(90)).isTrue();
    }

    @Test
    void doesNotBeginWhereNothingWasBusy() {
        for (int minute = 0; minute < 4; minute++) {
            assertThat(quiet.hasBegun(minute)).isFalse();
        }
    }

    @Test
    void countsWhatAServerAtRestDoesOverALongTimeAsWork() {
        boolean begun = false;
        for (int minute = 0; minute < 10; minute++) {
            begun |= quiet.hasBegun(minute);
        }
        assertThat(begun).isTrue();
    }
}
