package io.narthex.browse;

import io.narthex.nix.nar.FileNames;
import io.narthex.nix.nar.NameText;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The names in one directory, in the order of their bytes.
 *
 * @param leftOut how many more there are
 */
record DirectoryEntries(List<Entry> entries, int leftOut) {
    /** Nobody reads a longer page, and a directory of a million names would be hundreds of megabytes of it. */
    private static final int MOST = 10_000;

    DirectoryEntries {
        entries = List.copyOf(entries);
    }

    /** What a name stands for. */
    enum Type {
        REGULAR,
        DIRECTORY,
        SYMLINK
    }

    /**
     * An entry.
     *
     * @param text the name as {@link NameText} has it
     * @param link the name as a URL has it
     * @param size in bytes, of a file
     * @param target of a symbolic link, as text
     */
    record Entry(String text, String link, Type type, long size, boolean executable, String target) {}

    static DirectoryEntries of(Path directory) throws IOException {
        List<byte[]> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            children.forEach(child -> names.add(FileNames.bytes(child.getFileName())));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        names.sort(Arrays::compareUnsigned);
        List<byte[]> shown = names.subList(0, Math.min(names.size(), MOST));
        List<Entry> entries = new ArrayList<>(shown.size());
        for (byte[] name : shown) {
            entries.add(entry(FileNames.resolve(directory, name), name));
        }
        return new DirectoryEntries(entries, names.size() - shown.size());
    }

    /** Takes entries in their order, as many as are shown. */
    static final class Builder {
        private final List<Entry> entries = new ArrayList<>();
        private int leftOut;

        boolean isFull() {
            return entries.size() == MOST;
        }

        void add(Entry entry) {
            entries.add(entry);
        }

        void leaveOut() {
            leftOut++;
        }

        DirectoryEntries build() {
            return new DirectoryEntries(entries, leftOut);
        }
    }

    private static Entry entry(Path file, byte[] name) throws IOException {
        PosixFileAttributes a = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Type type = a.isDirectory() ? Type.DIRECTORY : a.isSymbolicLink() ? Type.SYMLINK : Type.REGULAR;
        return new Entry(
                NameText.of(name),
                UrlNames.escape(name),
                type,
                type == Type.REGULAR ? a.size() : 0,
                a.permissions().contains(PosixFilePermission.OWNER_EXECUTE),
                type == Type.SYMLINK ? NameText.of(FileNames.bytes(Files.readSymbolicLink(file))) : "");
    }
}
