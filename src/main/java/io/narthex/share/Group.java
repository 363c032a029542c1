package io.narthex.share;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Counts who holds places or waits for them: all, one tenant, one token or one address. {@link FairPlaces} compares the
 * counts. A group belongs to the group above it as long as anybody in it holds or waits. Guarded by its
 * {@link FairPlaces}.
 */
final class Group<W> {
    final @Nullable Group<W> parent;
    /** Of one address; empty in all other groups. */
    final Queue<Waiting<W>> queue = new ArrayDeque<>();
    /** Places that are held in this group. */
    int held;
    /** How many wait in this group. */
    int waiting;

    private final String name;
    /** Whose last turn is longest ago comes first. */
    private final Map<String, Group<W>> members = new LinkedHashMap<>();

    record Waiting<W>(int places, W work) {}

    /** The group of all. */
    Group() {
        parent = null;
        name = "";
    }

    private Group(Group<W> parent, String name) {
        this.parent = parent;
        this.name = name;
    }

    Group<W> member(String name) {
        return members.computeIfAbsent(name, n -> new Group<>(this, n));
    }

    /** Adds to what is counted here and in all groups that this one belongs to. */
    void count(int places, int waiters) {
        held += places;
        waiting += waiters;
        if (parent != null) {
            parent.count(places, waiters);
        }
    }

    /** Those in which somebody waits, in the order of their turns. */
    List<Group<W>> inOrder() {
        return members.values().stream()
                .filter(member -> member.waiting > 0)
                .sorted(Comparator.comparingInt(member -> member.held))
                .toList();
    }

    /** Puts this behind the others that hold as much. */
    void servedLast() {
        if (parent != null && parent.members.remove(name) != null) {
            parent.members.put(name, this);
        }
    }

    /** Whether somebody waits in another group that belongs to the same one, and holds less there. */
    boolean isOutdone() {
        return parent != null
                && (parent.isOutdone()
                        || parent.members.values().stream()
                                .anyMatch(other -> other != this && other.waiting > 0 && other.held < held));
    }

    void removeIfIdle() {
        if (parent != null && held == 0 && waiting == 0) {
            parent.members.remove(name);
            parent.removeIfIdle();
        }
    }
}
