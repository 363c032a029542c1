package io.narthex.change;

/**
 * A CDI bean that remembers something of the database. Every bean of this type is told of every change, on every node.
 *
 * <p>Calls come from the feed's thread and, for what this node changes itself, from the thread that committed it, so that
 * they may run side by side; a node's own change is told twice, at its commit and by the feed. A call that throws is
 * logged, nothing counts as heard from then on, and {@link #lost()} is called until it returns.
 */
public interface ChangeListener {
    /**
     * Something has changed; the database shows it already. Takes microseconds: forgets, or marks, and never asks the
     * database, since the transaction that has just committed still hangs on the thread.
     */
    void changed(Change change);

    /**
     * Anything may have changed: nothing that was remembered counts when this returns. Called on the feed's thread only,
     * at the first connection too. It may ask the database, in a transaction of its own, for a second at most: memory is
     * not heard meanwhile. A {@link #changed} that comes while it runs is told once more after it.
     */
    void lost();
}
