package io.narthex.nix.nar;

import java.nio.file.Path;

/** Counts how many bytes the archive of a tree will have, from names and sizes alone. */
final class NarMeter implements TreeVisitor {
    private long size = NarFraming.MAGIC.length;

    long size() {
        return size;
    }

    @Override
    public void enterDirectory() {
        size += NarFraming.DIRECTORY.length;
    }

    @Override
    public void enterEntry(byte[] name) {
        size += NarFraming.ENTRY.length + NarFraming.framed(name.length) + NarFraming.NODE.length;
    }

    @Override
    public void leaveEntry() {
        size += NarFraming.CLOSE.length;
    }

    @Override
    public void leaveDirectory() {
        size += NarFraming.CLOSE.length;
    }

    @Override
    public void regular(Path file, boolean executable, long length) {
        size = contentsOffset(executable) + length + NarFraming.padding(length) + NarFraming.CLOSE.length;
    }

    @Override
    public void symlink(byte[] target) {
        size += NarFraming.SYMLINK.length + NarFraming.framed(target.length) + NarFraming.CLOSE.length;
    }

    /** Where the contents begin of a file that comes next. */
    long contentsOffset(boolean executable) {
        return size + NarFraming.contentsOpening(executable).length + Long.BYTES;
    }
}
