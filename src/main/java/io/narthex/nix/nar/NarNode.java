package io.narthex.nix.nar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What an archive holds, without the contents. */
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

        /** Bytes that are not UTF-8 become U+FFFD, as JSON cannot carry them. */
        public String targetText() {
            return new String(target, StandardCharsets.UTF_8);
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

        /** Bytes that are not UTF-8 become U+FFFD, as JSON cannot carry them. */
        public String nameText() {
            return new String(name, StandardCharsets.UTF_8);
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
