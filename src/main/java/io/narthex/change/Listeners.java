package io.narthex.change;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Tells all listeners of a change, and lets nothing count as heard that one of them did not take. Thread-safe. */
final class Listeners {
    private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

    private final List<ChangeListener> all;
    private final Heartbeat heartbeat;
    /** Who must hear that all is lost; guarded by this. */
    private final Set<ChangeListener> behind = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Whether nothing counts as heard for a listener's sake; guarded by this. */
    private boolean failing;

    Listeners(List<ChangeListener> all, Heartbeat heartbeat) {
        this.all = List.copyOf(all);
        this.heartbeat = heartbeat;
    }

    /** On any thread. */
    void changed(Collection<Change> changes) {
        if (!changes.isEmpty()) {
            all.forEach(listener -> tell(listener, l -> changes.forEach(l::changed)));
        }
    }

    /** On the feed's thread. */
    void lost() {
        synchronized (this) {
            behind.addAll(all);
            heartbeat.lost();
        }
        catchUp();
    }

    /** On the feed's thread, before each poll: what changes meanwhile is told by the poll. */
    void catchUp() {
        List<ChangeListener> again;
        synchronized (this) {
            again = new ArrayList<>(behind);
            behind.clear();
        }
        again.forEach(listener -> tell(listener, ChangeListener::lost));
    }

    /** On the feed's thread, after a poll whose changes were told. */
    synchronized void heard(long since, boolean alone) {
        if (behind.isEmpty()) {
            heartbeat.heard(since, alone);
            failing = false;
        }
    }

    private void tell(ChangeListener listener, Consumer<ChangeListener> what) {
        try {
            what.accept(listener);
        } catch (Throwable e) {
            // an Error as well: what it left half forgotten must not count as current
            failed(listener, e);
        }
    }

    /** Logged once, since it is tried again twice a second. */
    private synchronized void failed(ChangeListener listener, Throwable e) {
        behind.add(listener);
        heartbeat.lost();
        if (!failing) {
            failing = true;
            LOG.log(
                    Level.ERROR,
                    "event=change-listener-failed listener="
                            + listener.getClass().getName(),
                    e);
        }
    }
}
