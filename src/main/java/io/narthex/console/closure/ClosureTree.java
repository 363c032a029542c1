package io.narthex.console.closure;

import io.narthex.nix.store.StorePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes a closure as the lines of a tree: the largest first, and what stood above already without what it needs. */
public final class ClosureTree {
    /** Lines that somebody may still read. */
    private static final int MOST = 300;

    /** Steps from the root that are worth a line each. */
    private static final int DEEPEST = 6;

    private final Closure closure;
    private final ClosureSizes sizes;
    private final Set<StorePath> shown = new HashSet<>();
    private final List<Line> lines = new ArrayList<>();

    /**
     * A line.
     *
     * @param depth steps from the root, 0 for itself
     * @param narSize its own bytes
     * @param withAll bytes of it with all that it needs
     * @param again whether it stands above already, with what it needs
     */
    public record Line(StorePath path, int depth, long narSize, long withAll, boolean again) {}

    private ClosureTree(Closure closure) {
        this.closure = closure;
        this.sizes = new ClosureSizes(closure);
    }

    /** The lines from the root on, so many as fit on a page. */
    public static List<Line> lines(Closure closure) {
        ClosureTree tree = new ClosureTree(closure);
        tree.write(closure.root(), 0);
        return List.copyOf(tree.lines);
    }

    private void write(StorePath path, int depth) {
        if (lines.size() == MOST) {
            return;
        }
        boolean again = !shown.add(path);
        lines.add(new Line(path, depth, closure.member(path).narSize(), sizes.withAll(path), again));
        if (!again && depth < DEEPEST) {
            closure.member(path).references().stream()
                    .sorted(Comparator.comparingLong(sizes::withAll).reversed().thenComparing(StorePath::baseName))
                    .forEach(reference -> write(reference, depth + 1));
        }
    }
}
