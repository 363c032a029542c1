package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is in an archive, and at which byte of it: the model of a {@code .ls} file. */
public final class NarListing {
    /** As many as a listing in memory (about 150 bytes a node) can have; the largest paths of nixpkgs have 300,000. */
    public static final int MAX_NODES = 2_000_000;

    private final NarNode root;

    NarListing(NarNode root) {
        this.root = root;
    }

    /**
     * Lists the archive that the tree would have, by stat alone.
     *
     * @throws NarException.UnsupportedFile where a socket, fifo or device is in the tree
     * @throws NarException.Malformed with {@code TOO_MANY_NODES} beyond {@link #MAX_NODES}
     */
    public static NarListing of(Path root) throws IOException {
        TreeLister lister = new TreeLister(MAX_NODES);
        TreeWalker.walk(root, lister);
        return new NarListing(lister.builder.root());
    }

    /**
     * Reads the archive to its end, checks it like {@link NarReader} and lists it. Given a {@code DigestInputStream} it
     * is one pass that hashes as well.
     *
     * @throws NarException.Malformed as the reader, or with {@code TOO_MANY_NODES} beyond {@link #MAX_NODES}
     */
    public static NarListing read(InputStream nar) throws IOException {
        return read(nar, MAX_NODES);
    }

    static NarListing read(InputStream nar, int mostNodes) throws IOException {
        NarLister lister = new NarLister(mostNodes);
        NarReader.read(nar, lister);
        return lister.listing();
    }

    public NarNode root() {
        return root;
    }

    /** Puts the nodes together; a directory is made when it is left. */
    static final class Builder {
        private final Deque<List<NarNode.Entry>> open = new ArrayDeque<>();
        private final Deque<byte[]> names = new ArrayDeque<>();
        private final int mostNodes;
        private @Nullable NarNode root;
        private int nodes;

        Builder(int mostNodes) {
            this.mostNodes = mostNodes;
        }

        NarNode root() {
            return Objects.requireNonNull(root, "nothing was listed");
        }

        void enterDirectory() {
            open.push(new ArrayList<>());
        }

        void enterEntry(byte[] name) {
            names.push(name);
        }

        void leaveDirectory(long offset) throws NarException {
            add(new NarNode.Directory(open.pop()), offset);
        }

        void add(NarNode node, long offset) throws NarException {
            if (++nodes > mostNodes) {
                throw new NarException.Malformed(NarFlaw.TOO_MANY_NODES, offset);
            }
            if (open.isEmpty()) {
                root = node;
            } else {
                open.element().add(new NarNode.Entry(names.pop(), node));
            }
        }
    }

    private static final class TreeLister implements TreeVisitor {
        private final Builder builder;
        private final NarMeter meter = new NarMeter();

        TreeLister(int mostNodes) {
            builder = new Builder(mostNodes);
        }

        @Override
        public void enterDirectory() {
            meter.enterDirectory();
            builder.enterDirectory();
        }

        @Override
        public void enterEntry(byte[] name) {
            meter.enterEntry(name);
            builder.enterEntry(name);
        }

        @Override
        public void leaveEntry() {
            meter.leaveEntry();
        }

        @Override
        public void leaveDirectory() throws NarException {
            meter.leaveDirectory();
            builder.leaveDirectory(meter.size());
        }

        @Override
        public void regular(Path file, boolean executable, long size) throws NarException {
            long offset = meter.contentsOffset(executable);
            meter.regular(file, executable, size);
            builder.add(new NarNode.Regular(size, executable, offset), offset);
        }

        @Override
        public void symlink(byte[] target) throws NarException {
            meter.symlink(target);
            builder.add(new NarNode.Symlink(target), meter.size());
        }
    }
}
