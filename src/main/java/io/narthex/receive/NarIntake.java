package io.narthex.receive;

import com.github.luben.zstd.Zstd;
import io.narthex.access.PushRight;
import io.narthex.blob.BlobStore;
import io.narthex.blob.BlobWriter;
import io.narthex.blob.NoRoomException;
import io.narthex.cache.Cache;
import io.narthex.configuration.Settings;
import io.narthex.index.upload.ListingJson;
import io.narthex.index.upload.ReceivedFile;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Receives NAR files: each is verified in one pass, and kept for the narinfo that claims it. Thread-safe. */
@ApplicationScoped
public class NarIntake {
    /** As a listing in memory may have: 150 bytes each. The largest paths of nixpkgs have 300,000. */
    private static final int MAX_NODES = 500_000;

    @Inject
    private Settings settings;

    @Inject
    private BlobStore blobs;

    @Inject
    private ReceivedFiles files;

    @Inject
    private PendingNars pending;

    @Inject
    private UploadRooms rooms;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

    /**
     * Receives a file and starts to make it durable; returns when it was found right, before it is durable. It is read
     * and hashed in full also where the cache has it already. Whether it may be kept is decided again when it has come.
     *
     * @param promised bytes of the body, where the client told
     * @throws RefusedException for all that is wrong with it
     * @throws IOException where it cannot be kept
     */
    Outcome receive(PushRight right, UploadName name, ReadableByteChannel body, OptionalLong promised)
            throws IOException {
        PublishPolicy.requireUploads(right.cache());
        try (UploadRoom room = rooms.into(right.cache())) {
            return receive(right, name, room, body, promised);
        }
    }

    private Outcome receive(
            PushRight right, UploadName name, UploadRoom room, ReadableByteChannel body, OptionalLong promised)
            throws IOException {
        Cache cache = right.cache();
        String fileName = name.toString();
        // asked meanwhile: the answer waits for neither alone
        CompletableFuture<Optional<ReceivedFile>> had =
                CompletableFuture.supplyAsync(() -> files.find(cache.id(), fileName), executor);
        try (BlobWriter writer = blobs.create()) {
            NarLimits limits = limits(settings.maxNarBytes(), settings.maxRatio());
            // what is pushed again is counted already, and may come to put right what was found wrong
            if (promised.isPresent()
                    && !done(had).filter(f -> isOfSize(f, promised)).isPresent()) {
                room.cover(promised.getAsLong());
            }
            ReceivedNar nar =
                    new NarReceiver(limits).receive(room.covering(body, promised), promised, name, writer::write);
            PublishPolicy.requireUploads(right.again().cache());
            NixHash fileHash = nar.facts().fileHash();
            // under the hash of its NAR there may be another file of the same, which this one then takes the place of
            if (pending.isKnown(cache.id(), fileName, fileHash)
                    || done(had)
                            .filter(f -> f.nar().fileHash().equals(fileHash))
                            .isPresent()) {
                files.renew(cache.id(), fileName);
                return new Outcome.Merged();
            }
            ReceivedFiles.Facts row = facts(writer.key().toString(), nar);
            Arrival arrival = new Arrival(
                    nar.facts(), row, writer.finish(), () -> files.stage(cache.id(), fileName, row), executor);
            room.holdUntil(arrival.kept());
            pending.add(cache.id(), fileName, arrival);
            return new Outcome.Created();
        } catch (NoRoomException e) {
            throw Refusal.NO_ROOM.because().after(e);
        }
    }

    private static boolean isOfSize(ReceivedFile file, OptionalLong promised) {
        return file.nar().fileSize() == promised.getAsLong();
    }

    static NarLimits limits(long maxNarBytes, long maxRatio) {
        NarLimits usual = NarLimits.of(maxNarBytes, maxRatio);
        return new NarLimits(usual.maxFileBytes(), usual.maxNarBytes(), usual.maxRatio(), usual.maxMemory(), MAX_NODES);
    }

    /** As if it had been called here. */
    private static <T> T done(CompletableFuture<T> had) {
        try {
            return had.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }

    /** Whether the cache has received a file, claimed or not; one that is on its way is waited for. */
    public boolean has(Cache cache, String fileName) {
        return pending.await(cache.id(), fileName)
                && files.find(cache.id(), fileName).isPresent();
    }

    /** Bytes of a file that the cache has received, which then stays another day; empty where there is none. */
    public OptionalLong lengthOf(Cache cache, String fileName) {
        if (!pending.await(cache.id(), fileName)) {
            return OptionalLong.empty();
        }
        Optional<ReceivedFile> file = files.find(cache.id(), fileName);
        file.ifPresent(f -> files.renew(cache.id(), fileName));
        return file.map(f -> OptionalLong.of(f.nar().fileSize())).orElseGet(OptionalLong::empty);
    }

    static ReceivedFiles.Facts facts(String key, ReceivedNar nar) throws IOException {
        NarFacts facts = nar.facts();
        ByteArrayOutputStream listing = new ByteArrayOutputStream();
        ListingJson.write(nar.listing().root(), listing);
        return new ReceivedFiles.Facts(
                key,
                facts.compression().nixName(),
                facts.fileHash(),
                facts.fileSize(),
                facts.narHash(),
                facts.narSize(),
                facts.contentsHash(),
                Zstd.compress(listing.toByteArray()));
    }

    /** What was found true of a file that a cache has received. */
    static NarFacts facts(ReceivedFile file) {
        return new NarFacts(
                file.nar().fileHash(),
                file.nar().fileSize(),
                file.nar().narHash(),
                file.nar().narSize(),
                Compression.named(file.nar().compression())
                        .orElseThrow(() -> new IllegalStateException("a row has an unknown compression")),
                file.contentsHash());
    }
}
