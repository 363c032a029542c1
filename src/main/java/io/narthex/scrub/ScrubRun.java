package io.narthex.scrub;

import java.time.Instant;

/**
 * How far a run has come: it proves what was last proved before a moment, oldest proof first.
 *
 * @param before that moment
 * @param lastProof of the file that was looked at last
 * @param lastId its row
 * @param read how many files were read
 * @param wrong how many of them were wrong
 */
record ScrubRun(Instant before, Instant lastProof, long lastId, long read, long wrong) {
    static ScrubRun begin(Instant before) {
        return new ScrubRun(before, Instant.EPOCH, 0, 0, 0);
    }

    ScrubRun behind(StoredFile file, boolean isWrong) {
        return new ScrubRun(before, file.provedAt(), file.id(), read + 1, wrong + (isWrong ? 1 : 0));
    }

    /** As a checkpoint. */
    String text() {
        return before + " " + lastProof + " " + lastId + " " + read + " " + wrong;
    }

    static ScrubRun parse(String checkpoint) {
        String[] parts = checkpoint.split(" ", -1);
        return new ScrubRun(
                Instant.parse(parts[0]),
                Instant.parse(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]));
    }
}
