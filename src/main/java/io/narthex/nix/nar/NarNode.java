package io.narthex.nix.nar;

import java.util.Arrays;
import java.util.List;

/** A file, directory or link in an archive, without its contents. */
public sealed interface NarNode {
    /** Entries in unsigned byte order of their names. */
    record Directory(List<Entry> entries) implements NarNode {
        public Directory {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A file.
     *
     * @param size in bytes
     * @param narOffset of the contents in the uncompressed archive
     */
    record Regular(long size, boolean executable, long narOffset) implements NarNode {}

    /**
     * A symbolic link.
     *
     * @param target as bytes, in whatever encoding
     */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
    record Symlink(byte[] target) implements NarNode {
        public Symlink {
            target = target.clone();
        }

        @Override
        public byte[] target() {
            return target.clone();
        }

        /** As {@link NameText} has it. */
        public String targetText() {
            return NameText.of(target);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Symlink that && Arrays.equals(target, that.target);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(target);
        }

        @Override
        public String toString() {
            return "Symlink[" + targetText() + ']';
        }
    }

    /**
     * A node and its name in its directory.
     *
     * @param name as bytes, in whatever encoding
     */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
    record Entry(byte[] name, NarNode node) {
        public Entry {
            name = name.clone();
        }

        @Override
        public byte[] name() {
            return name.clone();
        }

        /** As {@link NameText} has it: no two entries of a directory have the same. */
        public String nameText() {
            return NameText.of(name);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry that && Arrays.equals(name, that.name) && node.equals(that.node);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(name) + node.hashCode();
        }

        @Override
        public String toString() {
            return nameText() + '=' + node;
        }
    }
}
