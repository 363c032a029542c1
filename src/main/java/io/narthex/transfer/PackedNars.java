package io.narthex.transfer;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.blob.DirectBuffers;
import io.narthex.blob.DiskRoom;
import io.narthex.blob.NoRoomException;
import io.narthex.cache.Cache;
import io.narthex.configuration.NarZstd;
import io.narthex.configuration.Settings;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.localstore.LocalStore;
import io.narthex.thread.Guarded;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps NARs of this machine's store that somebody asked for as files, so that the next one gets them as uploads are sent:
 * without packing, with ranges, and coded by zstd where clients take that. A copy is made behind the first answer and counts only
 * if it has the NAR's hash. What a path is, and whether it is offered, is asked of the store as before. Thread-safe.
 */
@ApplicationScoped
public class PackedNars {
    private static final System.Logger LOG = System.getLogger(PackedNars.class.getName());
    /** In bytes: smaller ones are kept in memory, or packed as fast as a file is opened. */
    private static final long SMALLEST = 128 << 10;
    /** More wait for their copy than these: then whoever asks again brings it about. */
    private static final int LINE = 64;
    /** Copies that gained nothing from coding are not tried again, as far as these are remembered. */
    private static final int REMEMBERED = 10_000;

    @Inject
    private Settings settings;

    @Inject
    private LocalStore store;

    private final DirectBuffers buffers = new DirectBuffers(DirectBuffers.DOWNLOAD_BYTES);
    private final Set<CopyDirectory.Key> underWay = ConcurrentHashMap.newKeySet();
    private final com.github.benmanes.caffeine.cache.Cache<CopyDirectory.Key, Boolean> hopeless =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(LINE),
            new NamedThreads("narthex-copies"),
            new ThreadPoolExecutor.DiscardPolicy());
    private @Nullable CopyDirectory directory;
    private @Nullable DiskRoom disk;

    @PostConstruct
    void open() {
        try {
            Path home = settings.home();
            FileStore device = Files.getFileStore(Files.createDirectories(home));
            long room = settings.packedBytes().of(device.getTotalSpace());
            if (room > 0 && !settings.narRecheck().isZero()) {
                disk = new DiskRoom(device, settings.diskReserve());
                directory = new CopyDirectory(home.resolve("packed"), room);
            }
        } catch (IOException e) {
            // it is for speed alone
            LOG.log(System.Logger.Level.WARNING, "event=no-copies reason={0}", e.toString());
        }
    }

    /** Whether the path's copy is kept, as far as memory knows. On any thread. */
    public boolean has(Cache cache, SignedPath path) {
        CopyDirectory known = directory;
        return known != null && isKept(path) && known.has(key(cache, path, false));
    }

    /** The copy of a path, or nothing. It is closed by the caller. */
    public Optional<NarCopy> find(Cache cache, SignedPath path) {
        return open(cache, path, false).filter(copy -> copy.bytes() == path.narSize() || close(copy));
    }

    /** The same, coded by zstd. */
    public Optional<NarCopy> findCoded(Cache cache, SignedPath path) {
        return settings.narZstd() == NarZstd.FALSE ? Optional.empty() : open(cache, path, true);
    }

    private static boolean close(NarCopy copy) {
        copy.close();
        return false;
    }

    private Optional<NarCopy> open(Cache cache, SignedPath path, boolean coded) {
        CopyDirectory known = directory;
        if (known == null || !isKept(path)) {
            return Optional.empty();
        }
        try {
            String hash = path.narHash().nix32();
            return known.open(key(cache, path, coded))
                    .map(file -> new NarCopy(
                            file.file(), '"' + hash + (coded ? "-zstd-" + file.tag() : "") + '"', file.bytes(), coded));
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "event=copy-unreadable path={0} reason={1}",
                    path.path(),
                    e.toString());
            return Optional.empty();
        }
    }

    /**
     * Somebody asks for the NAR of a path: its copy is made, if there is none and it is worth one.
     *
     * @param coded whether they would take it coded
     */
    public void wanted(Cache cache, SignedPath path, boolean coded) {
        CopyDirectory known = directory;
        if (known != null && isKept(path) && path.narSize() <= known.largest()) {
            begin(known, key(cache, path, false), path);
            if (coded && settings.narZstd() != NarZstd.FALSE) {
                begin(known, key(cache, path, true), path);
            }
        }
    }

    private static boolean isKept(SignedPath path) {
        return path.source() instanceof NarSource.InLocalStore && path.narSize() > SMALLEST;
    }

    /** What everybody may read is everybody's; what not, its tenant's. */
    private static CopyDirectory.Key key(Cache cache, SignedPath path, boolean coded) {
        return new CopyDirectory.Key(
                cache.isPublic() ? 0 : cache.tenantId(), path.narHash().nix32(), coded);
    }

    private void begin(CopyDirectory known, CopyDirectory.Key key, SignedPath path) {
        if (known.has(key) || hopeless.getIfPresent(key) != null || !underWay.add(key)) {
            return;
        }
        if (thread.getQueue().remainingCapacity() == 0) {
            underWay.remove(key);
            return;
        }
        thread.execute(new Guarded("copies", () -> {
            try {
                make(known, key, path);
            } finally {
                underWay.remove(key);
            }
        }));
    }

    private void make(CopyDirectory known, CopyDirectory.Key key, SignedPath path) {
        DiskRoom room = disk;
        Path file = null;
        try {
            if (room == null) {
                return;
            }
            room.require(path.narSize());
            file = known.create();
            NarCopyWriter writer = new NarCopyWriter(buffers, store.locate(path.path()), path);
            Optional<String> tag = key.coded() ? writer.coded(file) : writer.plain(file);
            if (tag.isPresent()) {
                known.add(key, tag.get(), file);
                file = null;
            } else {
                hopeless.put(key, true);
            }
        } catch (NoRoomException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=no-room-for-copy path={0}", path.path());
        } catch (IOException e) {
            // whoever asks for the path finds out what is wrong with it
            LOG.log(System.Logger.Level.DEBUG, "event=copy-not-made path=" + path.path(), e);
        } finally {
            if (file != null) {
                CopyDirectory.remove(file);
            }
        }
    }

    @PreDestroy
    void close() {
        thread.shutdownNow();
    }
}
