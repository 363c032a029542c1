package io.narthex.promotion;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.narthex.cache.Cache;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarPacker;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.receive.FetchedNars;
import io.narthex.receive.UploadName;
import io.narthex.receive.UploadRoom;
import io.narthex.receive.UploadRooms;
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
import java.nio.channels.WritableByteChannel;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The paths of a closure that only a machine's store has: their bytes are packed, hashed and stored, as if somebody had pushed
 * their files into the target, so that they may be promoted. Every call needs a transaction of the caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class UnstoredPaths {
    private static final String FIND = """
        select u.hash, u.name, u.nar_hash, u.nar_size from promotable_paths(?, ?) u
        where u.number < 0 and u.blob_id is null
          and not exists (select from uploaded_path t where t.cache_id = ? and t.hash = u.hash)
        order by u.hash
        """;

    /** What measured best for the packer. */
    private static final int BUFFER_BYTES = 256 << 10;

    /** As Nix calls it: half the bytes or less, and no slower than a disk. */
    private static final String ENDING = ".nar.zst";

    @Inject
    private ClosureRows rows;

    @Inject
    private LocalStore store;

    @Inject
    private FetchedNars received;

    @Inject
    private ReceivedFiles files;

    @Inject
    private UploadRooms rooms;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

    /** A path whose bytes are not stored. */
    record Unstored(StorePath path, NixHash narHash, long narSize) {}

    /** Those of a closure that the target neither has nor has received. */
    List<Unstored> find(Cache target, long[] closure) {
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
                            r.getLong(4)));
                }
            }
            return found;
        });
    }

    /**
     * Stores the bytes of a path for the target.
     *
     * @throws io.narthex.receive.RefusedException where they have another hash than Nix registered, or do not fit into a quota
     * @throws IOException where this machine does not have them, or they cannot be kept
     */
    void store(Cache target, Unstored path) throws IOException {
        String name = path.narHash().nix32() + ENDING;
        try (UploadRoom room = rooms.into(target)) {
            room.cover(path.narSize());
            files.stage(target.id(), name, packed(path, name));
            room.counted();
        }
    }

    private ReceivedFiles.Facts packed(Unstored path, String name) throws IOException {
        Pipe pipe = Pipe.open();
        CompletableFuture<Long> packing = CompletableFuture.supplyAsync(() -> pack(path.path(), pipe.sink()), executor);
        try (Pipe.SourceChannel file = pipe.source()) {
            return received.keep(file, OptionalLong.empty(), UploadName.parse(name), path.narSize());
        } finally {
            // a reader that gave up has closed its end, and the packer ends by that
            packing.handle((size, failure) -> failure == null).join();
        }
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
