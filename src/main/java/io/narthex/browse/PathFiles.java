package io.narthex.browse;

import io.narthex.nix.nar.FileNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Finds a file inside a path on disk without ever leaving that path: each step is looked at, and links are resolved
 * here.
 */
final class PathFiles {
    /** Linux gives up after as many (path_resolution(7)). */
    private static final int LINKS = 40;

    /** Bytes of a name; no file system has longer ones, and asking it for one is an error, not "absent". */
    private static final int NAME_BYTES = 255;

    private final Path root;
    private final byte[] logicalRoot;

    /** @param logicalRoot the path as links inside it would name it */
    PathFiles(Path root, String logicalRoot) {
        this.root = root;
        this.logicalRoot = logicalRoot.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * What a name leads to.
     *
     * @param file never a link
     */
    record Found(Path file, BasicFileAttributes attributes) {}

    /** Empty when there is no such file, or a link on the way leads out of the path. */
    Optional<Found> find(List<byte[]> names) throws IOException {
        Deque<byte[]> rest = new ArrayDeque<>(names);
        Deque<Path> directories = new ArrayDeque<>();
        Path here = root;
        int links = 0;
        try {
            while (true) {
                BasicFileAttributes a =
                        Files.readAttributes(here, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (a.isSymbolicLink()) {
                    if (++links > LINKS || here.equals(root)) {
                        return Optional.empty();
                    }
                    byte[] target = FileNames.bytes(Files.readSymbolicLink(here));
                    if (target.length > 0 && target[0] == '/') {
                        Optional<List<byte[]>> inside = inside(target);
                        if (inside.isEmpty()) {
                            return Optional.empty();
                        }
                        directories.clear();
                        push(rest, inside.get());
                        here = root;
                        continue;
                    }
                    push(rest, split(target));
                    here = directories.pop();
                    continue;
                }
                byte[] next = rest.poll();
                if (next == null) {
                    return Optional.of(new Found(here, a));
                }
                if (is(next, "..")) {
                    if (directories.isEmpty()) {
                        return Optional.empty();
                    }
                    here = directories.pop();
                } else if (!is(next, ".") && next.length > 0) {
                    if (!a.isDirectory() || next.length > NAME_BYTES) {
                        return Optional.empty();
                    }
                    directories.push(here);
                    here = FileNames.resolve(here, next);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    /** The names below the path in an absolute target that lies in it. */
    private Optional<List<byte[]>> inside(byte[] target) {
        boolean below = target.length >= logicalRoot.length
                && Arrays.equals(target, 0, logicalRoot.length, logicalRoot, 0, logicalRoot.length)
                && (target.length == logicalRoot.length || target[logicalRoot.length] == '/');
        return below
                ? Optional.of(split(Arrays.copyOfRange(target, logicalRoot.length, target.length)))
                : Optional.empty();
    }

    private static void push(Deque<byte[]> rest, List<byte[]> names) {
        names.reversed().forEach(rest::push);
    }

    private static List<byte[]> split(byte[] path) {
        ArrayList<byte[]> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= path.length; i++) {
            if (i == path.length || path[i] == '/') {
                names.add(Arrays.copyOfRange(path, start, i));
                start = i + 1;
            }
        }
        return names;
    }

    private static boolean is(byte[] name, String text) {
        return Arrays.equals(name, text.getBytes(StandardCharsets.US_ASCII));
    }
}
