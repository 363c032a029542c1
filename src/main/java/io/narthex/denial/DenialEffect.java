package io.narthex.denial;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that says what a rule would do.
 *
 * @param paths how many would go dark
 * @param narBytes how many bytes their NARs have
 * @param names base names of some of them
 * @param pulls who fetched some of them in the last 30 days, the latest first
 */
record DenialEffect(long paths, long narBytes, List<String> names, List<Pull> pulls) {
    DenialEffect {
        names = List.copyOf(names);
        pulls = List.copyOf(pulls);
    }

    /**
     * A path as one caller fetched it.
     *
     * @param path base name
     * @param cache {@code tenant/cache}
     * @param token its id; {@code administrator}; null: nobody's
     * @param note the token's
     * @param address as much of it as is kept
     * @param lastAt when the last of them ended
     */
    record Pull(
            String path,
            String cache,
            @Nullable String token,
            @Nullable String note,
            @Nullable String address,
            long count,
            Instant lastAt) {}
}
