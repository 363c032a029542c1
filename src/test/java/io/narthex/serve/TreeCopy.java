package io.narthex.serve;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;

/** Copies trees that others change meanwhile: what goes away is left out, what is there already and the same stays. */
public final class TreeCopy extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;
    private final Predicate<Path> left;

    private TreeCopy(Path from, Path to, Predicate<Path> left) {
        this.from = from;
        this.to = to;
        this.left = left;
    }

    /** Copies a file or a directory with all that is in it, with permissions and times. */
    public static void all(Path from, Path to) throws IOException {
        without(from, to, relative -> false);
    }

    /** @param left whether what has this name, seen from {@code from}, is left out */
    static void without(Path from, Path to, Predicate<Path> left) throws IOException {
        Files.walkFileTree(from, new TreeCopy(from, to, left));
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        if (left.test(from.relativize(directory))) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        Path made = to.resolve(from.relativize(directory).toString());
        if (!Files.isDirectory(made)) {
            copy(directory, made);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        Path relative = from.relativize(file);
        Path made = to.resolve(relative.toString());
        if (!left.test(relative) && !isSame(made, attributes)) {
            copy(file, made);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw e;
    }

    private static boolean isSame(Path made, BasicFileAttributes attributes) throws IOException {
        return Files.exists(made, LinkOption.NOFOLLOW_LINKS)
                && Files.size(made) == attributes.size()
                && Files.getLastModifiedTime(made).equals(attributes.lastModifiedTime());
    }

    private static void copy(Path from, Path to) throws IOException {
        try {
            Files.copy(
                    from,
                    to,
                    StandardCopyOption.COPY_ATTRIBUTES,
                    StandardCopyOption.REPLACE_EXISTING,
                    LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            if (Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
        }
    }
}
