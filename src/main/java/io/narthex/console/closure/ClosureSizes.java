package io.narthex.console.closure;

import io.narthex.nix.store.StorePath;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** How much each path of a closure has with all that it needs. References may go round in a circle: nothing forbids who pushes that. */
final class ClosureSizes {
    private static final long UNKNOWN = -1;

    private final Map<StorePath, Integer> numbers = new HashMap<>();
    private final int[][] references;
    private final long[] own;
    private final long[] withAll;
    /** For whom each was last met. */
    private final int[] met;

    private final int[] open;

    ClosureSizes(Closure closure) {
        closure.paths().keySet().forEach(path -> numbers.put(path, numbers.size()));
        int count = numbers.size();
        references = new int[count][];
        own = new long[count];
        withAll = new long[count];
        met = new int[count];
        open = new int[count];
        Arrays.fill(withAll, UNKNOWN);
        Arrays.fill(met, (int) UNKNOWN);
        closure.paths().forEach((path, member) -> {
            int number = number(path);
            own[number] = member.narSize();
            references[number] =
                    member.references().stream().mapToInt(this::number).toArray();
        });
    }

    private int number(StorePath path) {
        return Objects.requireNonNull(numbers.get(path));
    }

    /** In bytes. */
    long withAll(StorePath path) {
        int number = number(path);
        if (withAll[number] == UNKNOWN) {
            withAll[number] = add(number);
        }
        return withAll[number];
    }

    private long add(int from) {
        long size = 0;
        int waiting = 0;
        open[waiting++] = from;
        met[from] = from;
        while (waiting > 0) {
            int at = open[--waiting];
            size += own[at];
            for (int reference : references[at]) {
                if (met[reference] != from) {
                    met[reference] = from;
                    open[waiting++] = reference;
                }
            }
        }
        return size;
    }
}
