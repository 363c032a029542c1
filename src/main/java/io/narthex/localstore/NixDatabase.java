package io.narthex.localstore;

import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePathHash;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the database in which Nix registers valid paths, while Nix writes to it. Thread-safe.
 *
 * <p>With a write-ahead log beside it the database is opened {@code mode=ro} and Nix's own log is read; without one, or with
 * an empty one, {@code immutable}, and then an answer counts only if the files looked the same before and after. A log without its index,
 * as a crash or a copy leaves it, is read from a copy of our own.
 */
public final class NixDatabase implements AutoCloseable {
    /**
     * How old a stamp may be. A registration is seen by whoever asks later than this: less than a process needs to
     * start, so nobody who saw a build end can ask too early.
     */
    private static final long STAMP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** More would only be needed if the files changed at each of so many questions in a row. */
    private static final int ATTEMPTS = 20;

    private final Path database;
    private final StoreDir storeDir;
    private final DatabaseFiles files;
    private final ReentrantLock stampLock = new ReentrantLock();
    private volatile NixConnections connections;
    private final AtomicLong stamp = new AtomicLong();
    private volatile long stampedAt = System.nanoTime() - STAMP_NANOS;
    private long dataVersion = -1;
    private @Nullable NixConnections stamped;
    private @Nullable NixReader stampReader;

    /**
     * Opens nothing yet.
     *
     * @param database Nix's {@code db.sqlite}, which need not exist
     */
    public NixDatabase(Path database, StoreDir storeDir) {
        this.database = database;
        this.storeDir = storeDir;
        this.files = new DatabaseFiles(database);
        this.connections = new NixConnections(files, storeDir, DatabaseFiles.State.ABSENT);
    }

    public boolean exists() {
        return state().exists();
    }

    /**
     * The valid path with a hash.
     *
     * @throws StoreUnreadableException when the database is there but cannot be read
     */
    public Optional<ValidPath> find(StorePathHash hash) {
        return ask(reader -> reader.find(hash)).flatMap(found -> found);
    }

    /** The digests of those paths that are valid, unusable rows too. */
    public Map<StorePathHash, RowDigest> digests(Collection<StorePathHash> hashes) {
        return ask(reader -> reader.digests(hashes)).orElse(Map.of());
    }

    /**
     * The next valid paths in the order of registration; fewer than the limit do not mean the end, since unusable rows
     * are left out.
     */
    public List<ValidPath> page(long afterId, int limit) {
        return whole(afterId, limit).paths();
    }

    /** The next rows in the order of registration, the unusable ones by their digests alone; empty after the last. */
    public NixPage whole(long afterId, int limit) {
        return ask(reader -> reader.page(afterId, limit)).orElseGet(() -> new NixPage(new TreeMap<>(), List.of()));
    }

    /**
     * Row number and digest of the next rows in the order of registration, of unusable ones too; empty after the last.
     */
    public SortedMap<Long, RowDigest> digests(long afterId, int limit) {
        return ask(reader -> reader.digests(afterId, limit)).orElseGet(TreeMap::new);
    }

    /**
     * Which database it is: another text when another file stands in its place, so that row numbers mean other paths.
     */
    public String identity() {
        return String.valueOf(state().key());
    }

    /** The highest row number ever given in this database; grows with each registration. */
    public long lastGivenId() {
        return ask(NixReader::lastGivenId).orElse(0L);
    }

    /** Hands over row number and hash of every path registered after a row number. */
    public void presence(long afterId, BiConsumer<Long, StorePathHash> each) {
        ask(reader -> {
            reader.presence(afterId, each);
            return true;
        });
    }

    /** The highest row number, 0 for an empty or absent database. */
    public long maxId() {
        return ask(NixReader::maxId).orElse(0L);
    }

    /** How many rows it has behind one. */
    public long count(long afterId) {
        return ask(reader -> reader.count(afterId)).orElse(0L);
    }

    /** Asks whatever another class of this package has to ask; empty when there is no database. */
    <T> Optional<T> ask(Question<T> question) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                NixConnections current = current();
                if (!current.state().exists()) {
                    return Optional.empty();
                }
                if (current.isUnsettled()) {
                    continue;
                }
                NixReader reader = current.borrow();
                boolean good = false;
                try {
                    T answer = question.ask(reader);
                    // where nothing tells SQLite of a change: look at the files again
                    good = current.state().isShared() || current.state().equals(files.state());
                    if (good) {
                        return Optional.of(answer);
                    }
                } finally {
                    current.giveBack(reader, good);
                }
            }
        } catch (SQLException | UncheckedIOException e) {
            throw new StoreUnreadableException(database, e);
        }
        throw new StoreUnreadableException(database, new IllegalStateException("it changes too fast"));
    }

    /** A question over one connection. */
    interface Question<T> {
        T ask(NixReader reader) throws SQLException;
    }

    /**
     * A number that stands while the database stands: the same number twice means that nothing was registered, changed
     * or collected between. Costs about a microsecond at most once a millisecond.
     */
    public long stamp() {
        if (System.nanoTime() - stampedAt < STAMP_NANOS) {
            return stamp.get();
        }
        stampLock.lock();
        try {
            long now = System.nanoTime();
            if (now - stampedAt >= STAMP_NANOS) {
                if (changed()) {
                    stamp.incrementAndGet();
                }
                stampedAt = now;
            }
            return stamp.get();
        } finally {
            stampLock.unlock();
        }
    }

    private boolean changed() {
        try {
            NixConnections current = current();
            if (current != stamped) {
                closeStampReader();
                stamped = current;
                stampReader = current.state().isShared() ? current.open() : null;
                dataVersion = stampReader == null ? -1 : stampReader.dataVersion();
                return true;
            }
            if (stampReader == null) {
                return false;
            }
            long seen = stampReader.dataVersion();
            boolean other = seen != dataVersion;
            dataVersion = seen;
            return other;
        } catch (SQLException | UncheckedIOException e) {
            stamped = null; // not known: as good as changed
            return true;
        }
    }

    private DatabaseFiles.State state() {
        try {
            return files.state();
        } catch (UncheckedIOException e) {
            throw new StoreUnreadableException(database, e);
        }
    }

    /** The connections that fit what the files look like now. */
    private NixConnections current() {
        DatabaseFiles.State now = files.state();
        NixConnections known = connections;
        if (known.fits(now)) {
            return known;
        }
        synchronized (this) {
            if (!connections.fits(now)) {
                NixConnections old = connections;
                connections = new NixConnections(files, storeDir, now);
                old.retire();
            }
            return connections;
        }
    }

    private void closeStampReader() throws SQLException {
        if (stampReader != null) {
            stampReader.close();
            stampReader = null;
        }
    }

    @Override
    public void close() {
        stampLock.lock();
        try {
            stamped = null;
            closeStampReader();
        } catch (SQLException e) {
            throw new StoreUnreadableException(database, e);
        } finally {
            stampLock.unlock();
        }
        connections.retire();
    }
}
