package io.narthex.nix.nar;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Walks a tree on disk, the names of each directory in unsigned byte order, links not followed. It holds the names of
 * the directories it stands in, and nothing else of the tree.
 */
final class TreeWalker {
    private final TreeVisitor visitor;
    private final Deque<OpenDirectory> open = new ArrayDeque<>();

    private TreeWalker(TreeVisitor visitor) {
        this.visitor = visitor;
    }

    static void walk(Path root, TreeVisitor visitor) throws IOException {
        new TreeWalker(visitor).walk(root);
    }

    private void walk(Path root) throws IOException {
        visit(root);
        while (!open.isEmpty() && !visitor.isDone()) {
            OpenDirectory directory = open.element();
            if (directory.hasNext()) {
                Entry entry = directory.next();
                visitor.enterEntry(entry.bytes);
                if (!visit(directory.path.resolve(entry.name))) {
                    visitor.leaveEntry();
                }
            } else {
                open.remove();
                visitor.leaveDirectory();
                if (!open.isEmpty()) {
                    visitor.leaveEntry();
                }
            }
        }
    }

    /** Whether it was a directory, whose entries come next. */
    private boolean visit(Path path) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isRegularFile()) {
            // Nix looks at the owner's bit alone. Nix: src/libutil/posix-source-accessor.cc.
            boolean executable = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
            visitor.regular(path, executable, attributes.size());
        } else if (attributes.isDirectory()) {
            visitor.enterDirectory();
            open.push(OpenDirectory.read(path));
            return true;
        } else if (attributes.isSymbolicLink()) {
            visitor.symlink(FileNames.bytes(Files.readSymbolicLink(path)));
        } else {
            throw new NarException.UnsupportedFile(path);
        }
        return false;
    }

    @SuppressWarnings("ArrayRecordComponent") // lives for one directory only, never compared
    private record Entry(Path name, byte[] bytes) {}

    private static final class OpenDirectory {
        private final Path path;
        private final Entry[] entries;
        private int next;

        private OpenDirectory(Path path, Entry[] entries) {
            this.path = path;
            this.entries = entries;
        }

        static OpenDirectory read(Path path) throws IOException {
            List<Entry> entries = new ArrayList<>();
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    Path name = child.getFileName();
                    entries.add(new Entry(name, FileNames.bytes(name)));
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            entries.sort((a, b) -> Arrays.compareUnsigned(a.bytes, b.bytes));
            return new OpenDirectory(path, entries.toArray(Entry[]::new));
        }

        boolean hasNext() {
            return next < entries.length;
        }

        Entry next() {
            return entries[next++];
        }
    }
}
