package io.narthex.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.share.FairPlaces.Entry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets how many places, and whose turn comes next. A sharer is written as tenant/token/address. */
class FairPlacesTest {
    private static final int PLACES = 32;

    private final FairPlaces<String> places = new FairPlaces<>(PLACES, 16);

    @ParameterizedTest(name = "{0} take {1}")
    @CsvSource({
        "a/t/1,                             19",
        "a/t/1 a/t/2,                       19 2",
        "a/t/1 a/t/2 a/u/1,                 19 2 3",
        "a/t/1 b/t/1,                       19 8",
        "a/t/1 b/t/1 c/t/1,                 19 8 4",
        "a/t/1 a/t/2 a/u/1 b/t/1,           19 2 3 6",
        "a/t/1 a/t/2 a/u/1 b/t/1 c/t/1,     19 2 3 6 2",
        "a/t/1 a/u/1 a/v/1 a/w/1 a/x/1 b/t/1, 19 5 0 0 0 6",
    })
    void leavesRoomForTheNext(String all, String taken) {
        List<String> most = new ArrayList<>();
        for (String who : all.split(" ", -1)) {
            most.add(Integer.toString(fill(who)));
        }

        assertThat(String.join(" ", most)).isEqualTo(taken);
    }

    @ParameterizedTest(name = "{1} places of {0} tenants")
    @CsvSource({"1, 24", "2, 13", "3, 9", "4, 7", "8, 3", "16, 2", "32, 1"})
    void sharesEquallyAmongTenantsThatComeTogether(int tenants, int each) {
        for (int turn = 0; turn < PLACES; turn++) {
            for (int tenant = 0; tenant < tenants; tenant++) {
                // a token for each place, so that the tenant's part alone is the limit
                places.enter(sharer(tenant + "/" + turn + "/1"), "");
            }
        }

        assertThat(places.held()).isBetween(each * tenants, each * tenants + tenants);
    }

    @Test
    void givesATenantThatIsNewAPlaceWhateverOthersHold() {
        fill("a/t/1");
        fill("a/u/2");
        fill("b/t/1");

        assertThat(places.enter(sharer("c/t/1"), "c")).isEqualTo(Entry.TAKEN);
    }

    @Test
    void takesTurnsByTenantAndNotByWhoCameFirst() {
        fill("a/t/1");
        fill("b/t/1");
        fill("c/t/1");
        places.enter(sharer("a/t/1"), "a2");
        places.enter(sharer("c/t/1"), "c1");
        places.enter(sharer("c/t/1"), "c2");

        assertThat(places.leave(sharer("a/t/1"))).containsExactly("c1");
        assertThat(places.leave(sharer("b/t/1"))).containsExactly("c2");
        // a still holds more than its part
        assertThat(places.leave(sharer("b/t/1"))).isEmpty();
    }

    @Test
    void takesTurnsAmongTokensAndAddressesOfATenant() {
        FairPlaces<String> few = new FairPlaces<>(2, 16);
        few.enter(sharer("a/t/1"), "");
        few.enter(sharer("a/t/1"), "");
        few.enter(sharer("a/t/1"), "t1 first");
        few.enter(sharer("a/t/1"), "t1 second");
        few.enter(sharer("a/t/2"), "t2");
        few.enter(sharer("a/u/1"), "u1");

        assertThat(few.leave(sharer("a/t/1"))).containsExactly("u1");
        assertThat(few.leave(sharer("a/t/1"))).containsExactly("t1 first");
        assertThat(few.leave(sharer("a/u/1"))).containsExactly("t2");
        assertThat(few.leave(sharer("a/t/2"))).containsExactly("t1 second");
    }

    @Test
    void servesEqualsInTurn() {
        FairPlaces<String> one = new FairPlaces<>(1, 16);
        one.enter(sharer("x/t/1"), "");
        for (String tenant : List.of("a", "b", "c")) {
            one.enter(sharer(tenant + "/t/1"), tenant + " first");
            one.enter(sharer(tenant + "/t/1"), tenant + " second");
        }

        List<String> served = new ArrayList<>();
        String holder = "x";
        for (int turn = 0; turn < 6; turn++) {
            String next = one.leave(sharer(holder + "/t/1")).get(0);
            served.add(next);
            holder = next.substring(0, 1);
        }

        assertThat(served).containsExactly("a first", "b first", "c first", "a second", "b second", "c second");
    }

    @Test
    void refusesWhoIsOneTooManyInLine() {
        fill("a/t/1");
        int stood = 0;
        while (places.enter(sharer("a/t/1"), "more") == Entry.WAITS) {
            stood++;
        }

        // a part of the line is never one tenant's either
        assertThat(stood).isEqualTo(10);
        fill("b/t/1");
        fill("c/t/1");
        assertThat(places.enter(sharer("b/t/1"), "b")).isEqualTo(Entry.WAITS);
    }

    @Test
    void letsWhoWaitsGoAgain() {
        FairPlaces<String> one = new FairPlaces<>(1, 16);
        one.enter(sharer("a/t/1"), "");
        one.enter(sharer("b/t/1"), "b");

        assertThat(one.withdraw(sharer("b/t/1"), "b")).isTrue();
        assertThat(one.withdraw(sharer("b/t/1"), "b")).isFalse();
        assertThat(one.waiting()).isZero();
        assertThat(one.leave(sharer("a/t/1"))).isEmpty();
    }

    @ParameterizedTest(name = "{0} hold places, {1} waits: {2} is wanted: {3}")
    @CsvSource({
        "a/t/1 a/t/1 b/t/1, b/t/1, a/t/1, true",
        "a/t/1 a/t/1 b/t/1, b/t/1, b/t/1, false",
        "a/t/1 a/t/1 b/t/1, a/t/1, a/t/1, false",
        "a/t/1 a/t/1 b/t/1, a/t/1, b/t/1, false",
        "a/t/1 a/t/1 a/u/1, a/u/1, a/t/1, true",
        "a/t/1 a/t/1 a/u/1, a/t/1, a/u/1, false",
        "a/t/1 a/t/1 a/t/2, a/t/2, a/t/1, true",
        "a/t/1 b/t/1 c/t/1, d/t/1, a/t/1, true",
        "a/t/1 b/t/1 c/t/1, c/t/1, a/t/1, false",
    })
    void asksOnlyThoseWhoHaveMoreToMakeWay(String holders, String waiter, String who, boolean wanted) {
        FairPlaces<String> three = new FairPlaces<>(3, 16);
        for (String holder : holders.split(" ", -1)) {
            three.enter(sharer(holder), "");
        }
        assertThat(three.isWanted(sharer(who))).isFalse();

        three.enter(sharer(waiter), "waits");

        assertThat(three.isWanted(sharer(who))).isEqualTo(wanted);
    }

    @Test
    void countsSeveralPlacesAtOnce() {
        assertThat(places.enter(sharer("a/t/1"), 31, "")).isEqualTo(Entry.TAKEN);
        assertThat(places.enter(sharer("b/t/1"), 2, "b")).isEqualTo(Entry.WAITS);
        assertThat(places.enter(sharer("c/t/1"), 33, "c")).isEqualTo(Entry.REFUSED);

        assertThat(places.leave(sharer("a/t/1"), 31)).containsExactly("b");
        assertThat(places.held()).isEqualTo(2);
    }

    @Test
    void forgetsWhoHasLeft() {
        int taken = fill("a/t/1");
        for (int i = 0; i < taken; i++) {
            places.leave(sharer("a/t/1"));
        }

        assertThat(places.held()).isZero();
        assertThat(fill("b/t/1")).isEqualTo(taken);
    }

    /** Takes as many places as there are for this one. */
    private int fill(String who) {
        int taken = 0;
        while (places.enter(sharer(who), who) == Entry.TAKEN) {
            taken++;
        }
        places.withdraw(sharer(who), who);
        return taken;
    }

    private static Sharer sharer(String text) {
        String[] parts = text.split("/", -1);
        return new Sharer(parts[0], parts[1], parts[2]);
    }
}
