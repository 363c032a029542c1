package io.narthex.localstore;

import io.narthex.nix.store.StoreDir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lends read-only connections to Nix's database, as long as its files look as they did when these were opened.
 * Thread-safe.
 */
final class NixConnections {
    /** More idle ones are not kept: each may hold two megabytes of pages. */
    private static final int KEPT = 8;

    /** Long enough for a writer to make or remove log and index. */
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final DatabaseFiles files;
    private final StoreDir storeDir;
    private final DatabaseFiles.State state;
    private final ConcurrentLinkedQueue<NixReader> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean retired;
    private @Nullable Path copy;

    NixConnections(DatabaseFiles files, StoreDir storeDir, DatabaseFiles.State state) {
        this.files = files;
        this.storeDir = storeDir;
        this.state = state;
    }

    DatabaseFiles.State state() {
        return state;
    }

    boolean fits(DatabaseFiles.State now) {
        return (state.isShared() && now.isShared()) ? state.sameFile(now) : Objects.equals(state, now);
    }

    NixReader open() throws SQLException {
        if (state.isOrphaned()) {
            return NixReader.open(copy(), storeDir, NixReader.Access.COPY);
        }
        return NixReader.open(
                files.database(), storeDir, state.wal() ? NixReader.Access.SHARED : NixReader.Access.IMMUTABLE);
    }

    /** A writer that opens or closes lets the log lie there alone for a moment: nothing to copy for. */
    synchronized boolean isUnsettled() {
        if (!state.isOrphaned() || copy != null) {
            return false;
        }
        LockSupport.parkNanos(SETTLE_NANOS);
        return !state.equals(files.state());
    }

    private synchronized Path copy() {
        Path known = copy;
        if (known == null) {
            try {
                known = files.copy();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            copy = known;
        }
        return known;
    }

    NixReader borrow() throws SQLException {
        NixReader reader = idle.poll();
        return reader != null ? reader : open();
    }

    void giveBack(NixReader reader, boolean good) throws SQLException {
        if (good && !retired && idle.size() < KEPT) {
            idle.add(reader);
            if (retired) {
                retire();
            }
        } else {
            reader.close();
        }
    }

    synchronized void retire() {
        retired = true;
        for (NixReader r = idle.poll(); r != null; r = idle.poll()) {
            try {
                r.close();
            } catch (SQLException e) {
                throw new StoreUnreadableException(files.database(), e);
            }
        }
        if (copy != null) {
            try {
                DatabaseFiles.remove(copy);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            copy = null;
        }
    }
}
