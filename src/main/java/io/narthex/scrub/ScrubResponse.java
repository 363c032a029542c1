package io.narthex.scrub;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that says how far what is stored is proved.
 *
 * @param mbps megabytes a second that are read at most; 0: the job is off
 * @param provedSince everything was proved at this moment or later; null: nothing is stored
 * @param quarantined files that are hidden now
 * @param halted nodes that stopped since they had found too much
 * @param findings the newest first, a hundred at most
 */
record ScrubResponse(
        int mbps, @Nullable Instant provedSince, long quarantined, List<Halt> halted, List<Finding> findings) {
    /** A node that stopped. */
    record Halt(String node, Instant at, String reason) {}

    /** A file that was found bad or could not be read. */
    record Finding(
            String kind,
            String fileHash,
            long fileSize,
            @Nullable String actualHash,
            Instant foundAt,
            Instant seenAt,
            int times,
            String node,
            @Nullable Instant healedAt,
            List<String> paths) {}
}
