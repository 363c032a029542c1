package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;

/**
 * Is told what an archive holds, in the archive's order. A directory is {@code enterDirectory}, for each entry
 * {@code enterEntry} and a node, then {@code leaveDirectory}; names were checked.
 */
public interface NarVisitor {
    void enterDirectory() throws IOException;

    /**
     * Tells the name of the node that comes next.
     *
     * @param name of the node that comes next; the array is the visitor's to keep
     */
    void enterEntry(byte[] name) throws IOException;

    void leaveDirectory() throws IOException;

    /**
     * Tells of a file and lends its contents.
     *
     * @param size in bytes, as the archive claims: not yet shown to be true
     * @param offset of the contents in the archive
     * @param contents ends after {@code size} bytes, or throws where the archive ends before; what is left unread when
     *     this returns is read over
     */
    void regular(boolean executable, long size, long offset, InputStream contents) throws IOException;

    /**
     * Tells of a symbolic link.
     *
     * @param target the array is the visitor's to keep
     */
    void symlink(byte[] target) throws IOException;
}
