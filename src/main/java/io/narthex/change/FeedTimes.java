package io.narthex.change;

import java.time.Duration;

/** The intervals and time limits of the change feed. The package's description says how they depend on each other. */
final class FeedTimes {
    /** Between two polls. */
    static final Duration PERIOD = Duration.ofMillis(500);
    /** Between two looks for a wake-up, and so between two that are sent. */
    static final Duration TICK = Duration.ofMillis(50);
    /** A poll that hangs counts as failed after this, and nothing as heard. */
    static final Duration SILENCE = Duration.ofSeconds(3);
    /** Between two renewals of this node's row. */
    static final Duration RENEWAL = Duration.ofSeconds(1);
    /** A row not renewed for so long is removed by another node. */
    static final Duration DEAD = Duration.ofSeconds(10);
    /** Since the beginning of a poll that saw no other node, how long that counts: two polls. */
    static final Duration ALONE = PERIOD.multipliedBy(2);
    /** How long a node that joins others writes nothing: longer than {@link #ALONE}, with as much again to spare. */
    static final Duration JOIN = ALONE.multipliedBy(2);
    /** Between two rounds of removing old changes. */
    static final Duration REMOVAL = Duration.ofMinutes(1);
    /** Between two polls, beyond which changes may have been removed unread: half of {@link #REMOVAL}. */
    static final Duration GAP = REMOVAL.dividedBy(2);
    /** How long changes are kept, for people to look at: the feed itself needs {@link #REMOVAL}. */
    static final Duration KEPT = Duration.ofHours(1);

    private FeedTimes() {}
}
