package io.narthex.nix.nar;

import java.io.IOException;
import java.nio.file.Path;

/** Is told, by whoever walks a tree on disk, what lies in it, in the order of an archive. */
interface TreeVisitor {
    void enterDirectory() throws IOException;

    void enterEntry(byte[] name) throws IOException;

    void leaveEntry() throws IOException;

    void leaveDirectory() throws IOException;

    /**
     * Tells of a file, which is not open yet.
     *
     * @param size in bytes, as of a moment ago
     */
    void regular(Path file, boolean executable, long size) throws IOException;

    void symlink(byte[] target) throws IOException;

    /** Asked before each further step: true ends the walk. */
    default boolean isDone() {
        return false;
    }
}
