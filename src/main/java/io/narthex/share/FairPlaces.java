package io.narthex.share;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shares out places of which there are few, fairly. A place is whatever the caller likes: a thread, a stream, a
 * mebibyte.
 *
 * <p>Each tenant may hold three quarters of what other tenants leave, each of its tokens seven eighths of what the tenant's
 * other tokens leave of that, and each address of the token likewise. So one alone gets most of the places, several get
 * about equal parts, and the next one to come still finds some. Who holds nothing yet may take any place that is free.
 *
 * <p>Who finds none waits in line, if the line has room; its room is shared out by the same rule. A place that becomes free
 * goes to the waiting tenant that holds fewest, among equals to the one whose last turn is longest ago; within the tenant to
 * a token and an address in the same way, and there to whoever came first. So what one tenant has waiting never stands
 * before another's.
 *
 * <p>Use: {@link #enter} before the work; on {@link Entry#TAKEN} do it, on {@link Entry#WAITS} keep nothing, on {@link
 * Entry#REFUSED} answer 503. When the work has ended, whatever its end, {@link #leave} once, and do the work that it
 * returns: that work has its places already. Thread-safe; nothing here blocks.
 *
 * @param <W> the work that waits, which this class only keeps and gives back
 */
public final class FairPlaces<W> {
    /** Of the places that other tenants leave, one in so many is kept for a tenant that comes later. */
    private static final int KEPT_FROM_TENANT = 4;
    /** The same for another token of the tenant, and for another address: these know each other. */
    private static final int KEPT_FROM_MEMBER = 8;

    private final int most;
    private final int longest;
    private final Group<W> all = new Group<>();

    /** What became of who wanted a place. */
    public enum Entry {
        /** Has its places now. */
        TAKEN,
        /** Stands in line: {@link #leave} will give its work back. */
        WAITS,
        /** There is neither a place nor room in the line. */
        REFUSED
    }

    /**
     * Places, none of them taken.
     *
     * @param most how many there are
     * @param longest how many may wait
     */
    public FairPlaces(int most, int longest) {
        this.most = most;
        this.longest = longest;
    }

    /** Wants one place. */
    public Entry enter(Sharer who, W work) {
        return enter(who, 1, work);
    }

    /**
     * Wants some places at once.
     *
     * @param places no more than there are in all, or it is refused
     * @param work given back by {@link #leave} if it has to wait
     */
    public synchronized Entry enter(Sharer who, int places, W work) {
        Group<W> group = group(who);
        if (group.queue.isEmpty() && fits(group, places, most, g -> g.held)) {
            group.count(places, 0);
            return Entry.TAKEN;
        }
        if (places > most || !fits(group, 1, longest, g -> g.waiting)) {
            group.removeIfIdle();
            return Entry.REFUSED;
        }
        group.queue.add(new Group.Waiting<>(places, work));
        group.count(0, 1);
        return Entry.WAITS;
    }

    /** Gives one place back. */
    public List<W> leave(Sharer who) {
        return leave(who, 1);
    }

    /**
     * Gives back what {@link #enter} took.
     *
     * @return the work whose turn it is now: it has its places
     */
    public synchronized List<W> leave(Sharer who, int places) {
        Group<W> group = group(who);
        group.count(-places, 0);
        group.removeIfIdle();
        List<W> turns = new ArrayList<>();
        for (W turn = next(all); turn != null; turn = next(all)) {
            turns.add(turn);
        }
        return turns;
    }

    /**
     * Takes somebody out of the line.
     *
     * @return whether it stood there; if not, its turn has come already
     */
    public synchronized boolean withdraw(Sharer who, W work) {
        Group<W> group = group(who);
        boolean stood = group.queue.removeIf(one -> one.work().equals(work));
        if (stood) {
            group.count(0, -1);
        }
        group.removeIfIdle();
        return stood;
    }

    /**
     * Whether somebody waits who has less than this one: another tenant that holds fewer places, or another token of the
     * same tenant, or another address of the same token. Whoever is slow should make way then.
     */
    public synchronized boolean isWanted(Sharer who) {
        if (all.waiting == 0) {
            return false;
        }
        Group<W> group = group(who);
        boolean wanted = group.isOutdone();
        group.removeIfIdle();
        return wanted;
    }

    /** How many places are taken. */
    public synchronized int held() {
        return all.held;
    }

    /** How many wait. */
    public synchronized int waiting() {
        return all.waiting;
    }

    private Group<W> group(Sharer who) {
        return all.member(who.tenant()).member(who.token()).member(who.address());
    }

    private boolean fits(Group<W> leaf, int wanted, int limit, ToIntFunction<Group<W>> count) {
        return count.applyAsInt(all) + wanted <= limit && limit(leaf, wanted, limit, count) >= 0;
    }

    /** What a group may hold of so many; -1 where it, or one that it belongs to, would hold more with what is wanted. */
    private int limit(Group<W> group, int wanted, int limit, ToIntFunction<Group<W>> count) {
        Group<W> parent = group.parent;
        if (parent == null) {
            return limit;
        }
        int above = limit(parent, wanted, limit, count);
        if (above < 0) {
            return -1;
        }
        int held = count.applyAsInt(group);
        int left = Math.max(0, above - (count.applyAsInt(parent) - held));
        int own = left - left / (parent == all ? KEPT_FROM_TENANT : KEPT_FROM_MEMBER);
        return held == 0 || held + wanted <= own ? own : -1;
    }

    /** Gives its places to who is next in the group; null where nobody's request fits. */
    private @Nullable W next(Group<W> group) {
        for (Group<W> member : group.inOrder()) {
            W turn = next(member);
            if (turn != null) {
                member.servedLast();
                return turn;
            }
        }
        Group.Waiting<W> first = group.queue.peek();
        if (first == null || !fits(group, first.places(), most, g -> g.held)) {
            return null;
        }
        group.queue.remove();
        group.count(first.places(), -1);
        return first.work();
    }
}
