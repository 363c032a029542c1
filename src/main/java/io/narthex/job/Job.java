package io.narthex.job;

import org.jspecify.annotations.Nullable;

/**
 * Work that is done in the background, a page at a time, each page in a transaction of its own. An implementation is an
 * {@code @ApplicationScoped} bean. In the whole cluster only one run of it goes on at a time for one subject, so it
 * needs no locks against itself.
 */
public interface Job {
    /** Its name in URLs and tables: lower case letters, digits and dashes, a letter first; 1 to 63 characters. */
    String name();

    /** What it works on, for instance the name of a Nix store. Nodes with different subjects may run at once. */
    String subject();

    /**
     * Whether a run is worth while now. Asked every ten seconds, or more often if {@link #isPunctual}: cheap, and without the database. Stays true until a page
     * has returned no checkpoint: a run that failed or was interrupted is gone on with because its job is still due, and a
     * job is due when its server starts. One that fails again and again is left alone for some minutes in between.
     */
    boolean due();

    /** Whether it is asked every second, because people wait for what it does at a certain time. */
    default boolean isPunctual() {
        return false;
    }

    /** Whether it removes what cannot be made again: such a job stands still while the database is a restored one. */
    default boolean removes() {
        return false;
    }

    /** Somebody has asked for the run that begins next on this node. */
    default void asked() {}

    /**
     * Does one page of the work, inside a transaction that is rolled back if this throws or if the lease is lost. A page
     * takes a second or so: a stop waits for its end.
     *
     * @param checkpoint what the page before returned, also in an earlier run that did not come to its end; null is the
     *     start
     * @throws JobFailed to end the run with a sentence for the administrator; any other exception ends it too
     */
    JobPage page(@Nullable String checkpoint);
}
