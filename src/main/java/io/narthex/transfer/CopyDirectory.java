package io.narthex.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps copies of NARs as files, as many as there is room for. Each belongs to a tenant, or to all; when room is wanted, whoever
 * holds most gives up what was used longest ago. Anybody may remove the files at any time. Thread-safe.
 */
final class CopyDirectory {
    private static final System.Logger LOG = System.getLogger(CopyDirectory.class.getName());
    private static final String UNFINISHED = "unfinished-";
    private static final Pattern NAME = Pattern.compile("(\\d{1,9})-([0-9a-z]{52})-([0-9a-z]{1,64})\\.(nar|zst)");

    private final Path directory;
    private final long room;
    /** The one that was used longest ago comes first; guarded by this. */
    private final Map<Key, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);
    /** Bytes by owner; guarded by this. */
    private final Map<Integer, Long> held = new HashMap<>();

    /**
     * Which copy.
     *
     * @param owner number of the tenant that it was made for; 0: for all
     * @param narHash in Nix's base32
     * @param coded whether by zstd
     */
    record Key(int owner, String narHash, boolean coded) {}

    /**
     * A file.
     *
     * @param tag tells its bytes from those of another file with the same key
     */
    record Copy(String tag, long bytes) {
        private String fileName(Key key) {
            return key.owner() + "-" + key.narHash() + "-" + tag + (key.coded() ? ".zst" : ".nar");
        }
    }

    /**
     * A file that is open for reading.
     *
     * @param tag as {@link Copy} has it
     * @param bytes its length
     */
    record Opened(FileChannel file, String tag, long bytes) {}

    /**
     * Finds what was kept before, and removes what was not finished.
     *
     * @param directory holds nothing else; made if it is not there
     * @param room bytes in all
     */
    CopyDirectory(Path directory, long room) throws IOException {
        this.directory = directory;
        this.room = room;
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.sorted(Comparator.comparing(CopyDirectory::usedAt)).toList();
        }
        for (Path file : files) {
            Matcher name = NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
                Key key = new Key(
                        Integer.parseInt(name.group(1)),
                        name.group(2),
                        name.group(4).equals("zst"));
                enter(key, new Copy(name.group(3), Files.size(file)));
            } else if (file.getFileName().toString().startsWith(UNFINISHED)) {
                Files.delete(file);
            }
        }
        makeRoom();
    }

    private static FileTime usedAt(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes of the largest copy that is kept: no one file takes the room of all others. */
    long largest() {
        return room / 4;
    }

    synchronized boolean has(Key key) {
        return copies.containsKey(key);
    }

    /** The file, open; the caller closes it. */
    Optional<Opened> open(Key key) throws IOException {
        Copy copy;
        synchronized (this) {
            copy = copies.get(key);
        }
        if (copy == null) {
            return Optional.empty();
        }
        FileChannel file = null;
        try {
            file = FileChannel.open(directory.resolve(copy.fileName(key)), StandardOpenOption.READ);
            if (file.size() == copy.bytes()) {
                Opened opened = new Opened(file, copy.tag(), copy.bytes());
                file = null;
                return Optional.of(opened);
            }
        } catch (NoSuchFileException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=copy-gone file={0}", e.getMessage());
        } finally {
            if (file != null) {
                file.close();
            }
        }
        forget(key, copy);
        return Optional.empty();
    }

    /** A new file to write to, which is nobody's yet. */
    Path create() throws IOException {
        return Files.createTempFile(
                directory,
                UNFINISHED,
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** Takes in a file from {@link #create} that is complete and was synced. */
    void add(Key key, String tag, Path file) throws IOException {
        Copy copy = new Copy(tag, Files.size(file));
        Files.move(file, directory.resolve(copy.fileName(key)), StandardCopyOption.ATOMIC_MOVE);
        synchronized (this) {
            enter(key, copy);
        }
        makeRoom();
    }

    private synchronized void enter(Key key, Copy copy) {
        Copy before = copies.put(key, copy);
        held.merge(key.owner(), copy.bytes() - (before == null ? 0 : before.bytes()), Long::sum);
        if (before != null && !before.equals(copy)) {
            remove(directory.resolve(before.fileName(key)));
        }
    }

    private synchronized void forget(Key key, Copy copy) {
        if (copies.remove(key, copy)) {
            held.merge(key.owner(), -copy.bytes(), Long::sum);
        }
    }

    private synchronized void makeRoom() {
        while (held.values().stream().mapToLong(Long::longValue).sum() > room) {
            int most = held.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey();
            Map.Entry<Key, Copy> oldest = copies.entrySet().stream()
                    .filter(one -> one.getKey().owner() == most)
                    .findFirst()
                    .orElseThrow();
            Path file = directory.resolve(oldest.getValue().fileName(oldest.getKey()));
            forget(oldest.getKey(), oldest.getValue());
            remove(file);
        }
    }

    /** Who reads it goes on. */
    static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "event=copy-not-removed file=" + file, e);
        }
    }
}
