package io.narthex.promotion;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.narthex.cache.Cache;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.index.UpstreamNar;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarPacker;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.receive.FetchedNars;
import io.narthex.receive.UploadName;
import io.narthex.receive.UploadRoom;
import io.narthex.receive.UploadRooms;
import io.narthex.upstream.PullThrough;
import io.narthex.upstream.fetch.PassingNar;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The paths of a closure that only a machine's store or an upstream has: their bytes are packed or fetched, hashed and stored, as if
 * somebody had pushed their files into the target, so that they may be promoted.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class UnstoredPaths {
    private static final String FIND = """
        select u.hash, u.name, u.nar_hash, u.nar_size, u.number from promotable_paths(?, ?) u
        where u.blob_id is null
          and not exists (select from uploaded_path t where t.cache_id = ? and t.hash = u.hash)
        order by u.hash
        """;

    /** What measured best for the packer. */
    private static final int BUFFER_BYTES = 256 << 10;

    /** What cannot be compressed becomes a little longer by it; no compressor that Nix knows adds more to a short file. */
    private static final long SLACK_BYTES = 1 << 20;

    /** As Nix calls it: half the bytes or less, and no slower than a disk. */
    private static final String ENDING = ".nar.zst";

    @Inject
    private ClosureRows rows;

    @Inject
    private LocalStore store;

    @Inject
    private PullThrough upstreams;

    @Inject
    private FetchedNars received;

    @Inject
    private ReceivedFiles files;

    @Inject
    private UploadRooms rooms;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

    /**
     * A path whose bytes are not stored.
     *
     * @param number of its row ({@link RowNumber})
     */
    record Unstored(StorePath path, NixHash narHash, long narSize, long number) {}

    /** Those of a closure that the target neither has nor has received. Needs the caller's transaction. */
    List<Unstored> find(Cache target, long[] closure) {
        if (Arrays.stream(closure).allMatch(RowNumber::isUploaded)) {
            return List.of();
        }
        return rows.with(FIND, s -> {
            s.setInt(1, target.id());
            s.setArray(2, ClosureRows.numbers(s, closure));
            s.setInt(3, target.id());
            List<Unstored> found = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(new Unstored(
                            new StorePath(StorePathHash.of(r.getBytes(1)), r.getString(2)),
                            NixHash.ofSha256(r.getBytes(3)),
                            r.getLong(4),
                            r.getLong(5)));
                }
            }
            return found;
        });
    }

    /**
     * Stores the bytes of a path for the target. It holds no connection of the database while they come.
     *
     * @param elsewhere where an upstream has them
     * @throws io.narthex.receive.RefusedException where they have another hash than was told, or do not fit into a quota
     * @throws IOException where they cannot be had or kept
     */
    @Transactional(Transactional.TxType.NOT_SUPPORTED)
    void store(Cache target, Unstored path, Elsewhere elsewhere) throws IOException {
        try (UploadRoom room = rooms.into(target)) {
            room.cover(path.narSize());
            if (RowNumber.isOfStore(path.number())) {
                String name = path.narHash().nix32() + ENDING;
                files.stage(target.id(), name, packed(path, name));
            } else {
                UpstreamNar nar = nar(path, elsewhere);
                String name = path.narHash().nix32() + extension(nar);
                files.stage(target.id(), name, fetched(nar, name));
            }
            room.counted();
        }
    }

    private static UpstreamNar nar(Unstored path, Elsewhere elsewhere) throws IOException {
        SignedPath found = elsewhere.find(path.path()).orElse(null);
        if (found != null && found.source() instanceof NarSource.AtUpstream(var nar)) {
            return nar;
        }
        throw new IOException("the file of " + path.path().baseName() + " was let go just now");
    }

    private static String extension(UpstreamNar nar) {
        return ".nar"
                + Compression.named(nar.compression())
                        .map(Compression::extension)
                        .orElse("");
    }

    private ReceivedFiles.Facts fetched(UpstreamNar nar, String name) throws IOException {
        try (PassingNar file = upstreams.open(nar);
                ReadableByteChannel bytes = file.bytes()) {
            return received.keep(bytes, OptionalLong.empty(), UploadName.parse(name), most(nar.narSize()));
        }
    }

    private ReceivedFiles.Facts packed(Unstored path, String name) throws IOException {
        Pipe pipe = Pipe.open();
        CompletableFuture<Long> packing = CompletableFuture.supplyAsync(() -> pack(path.path(), pipe.sink()), executor);
        try (Pipe.SourceChannel file = pipe.source()) {
            return received.keep(file, OptionalLong.empty(), UploadName.parse(name), most(path.narSize()));
        } finally {
            // a reader that gave up has closed its end, and the packer ends by that
            packing.handle((size, failure) -> failure == null).join();
        }
    }

    /** How long file and NAR may be; that the NAR is the right one its hash says. */
    private static long most(long narSize) {
        return narSize + narSize / 16 + SLACK_BYTES;
    }

    /** What cannot be read ends the file before its end, which whoever reads it finds out. */
    private long pack(StorePath path, WritableByteChannel sink) {
        try (WritableByteChannel closing = sink;
                OutputStream file = new ZstdOutputStreamNoFinalizer(Channels.newOutputStream(closing));
                WritableByteChannel nar = Channels.newChannel(file)) {
            return new NarPacker(ByteBuffer.allocateDirect(BUFFER_BYTES), piece -> {
                        while (piece.hasRemaining()) {
                            nar.write(piece);
                        }
                    })
                    .pack(store.locate(path));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
