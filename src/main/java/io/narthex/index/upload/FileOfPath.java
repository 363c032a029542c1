package io.narthex.index.upload;

import io.narthex.index.StoredNar;

/** The file that a path is published with: one that has just come, or one that was there. */
sealed interface FileOfPath {
    /** Where it lies; without the number of a row where it has none yet. */
    StoredNar nar();

    /** The file, now that it has this row. */
    ReceivedFile used(long blob);

    /** One that was there before. */
    record Received(ReceivedFile file) implements FileOfPath {
        @Override
        public StoredNar nar() {
            return file.nar();
        }

        @Override
        public ReceivedFile used(long blob) {
            return file;
        }
    }

    /** One that gets its row with the path. */
    record Arriving(String fileName, ReceivedFiles.Facts facts) implements FileOfPath {
        @Override
        public StoredNar nar() {
            return used(0).nar();
        }

        @Override
        public ReceivedFile used(long blob) {
            return facts.as(blob, fileName);
        }
    }
}
