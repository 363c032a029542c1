package io.narthex.overview;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.overview.Overview.DayNumbers;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class DayCountsTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 3, 1);

    private final DayCounts counts = new DayCounts(TODAY);

    @Test
    void hasThirtyDaysTheOldestFirst() {
        assertThat(counts.days())
                .extracting(DayNumbers::day)
                .hasSize(30)
                .startsWith(LocalDate.of(2026, 1, 31))
                .endsWith(TODAY);
    }

    @Test
    void addsUpWhatSeveralRowsSayOfADay() {
        counts.addUse(TODAY, 3, 1, 0, 2);
        counts.addUse(TODAY, 0, 0, 5, 0);
        counts.addHeld(TODAY.minusDays(1), 10, 100);
        counts.addHeld(TODAY.minusDays(1), 1, 1);

        assertThat(counts.days().getLast()).isEqualTo(new DayNumbers(TODAY, null, null, 3, 1, 0.75, 5, 2));
        assertThat(counts.days().get(28).paths()).isEqualTo(11);
        assertThat(counts.days().get(28).bytes()).isEqualTo(101);
        assertThat(counts.hitRate()).isEqualTo(0.75);
        assertThat(counts.pushes()).isEqualTo(5);
        assertThat(counts.refusals()).isEqualTo(2);
    }

    @Test
    void leavesOtherDaysOut() {
        counts.addUse(TODAY.plusDays(1), 1, 1, 1, 1);
        counts.addUse(TODAY.minusDays(30), 1, 1, 1, 1);

        assertThat(counts.pushes()).isZero();
    }

    @Test
    void hasNoRateWhereNothingWasAskedFor() {
        counts.addUse(TODAY, 0, 0, 4, 0);

        assertThat(counts.hitRate()).isNull();
    }

    @Test
    void saysOfTodayWhatIsHeldNow() {
        counts.addHeld(TODAY, 10, 100);

        counts.setNow(12, 120);

        assertThat(counts.days().getLast().paths()).isEqualTo(12);
        assertThat(counts.days().getLast().bytes()).isEqualTo(120);
    }
}
