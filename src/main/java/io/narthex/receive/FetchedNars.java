package io.narthex.receive;

import io.narthex.blob.BlobStore;
import io.narthex.blob.BlobWriter;
import io.narthex.configuration.Settings;
import io.narthex.index.upload.Durability;
import io.narthex.index.upload.ReceivedFiles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;

/** Receives NAR files that this server fetches by itself: the same steps as for what is pushed, without anybody's right. Thread-safe. */
@ApplicationScoped
public class FetchedNars {
    @Inject
    private Settings settings;

    @Inject
    private BlobStore blobs;

    /**
     * Reads a file to its end, and keeps it: when this returns, a power cut leaves it.
     *
     * @param promised bytes of it, where they are known
     * @param maxNarBytes how long the NAR in it may be; no more than the server's own limit
     * @throws RefusedException for all that is wrong with it
     * @throws IOException where it cannot be kept
     */
    public ReceivedFiles.Facts keep(ReadableByteChannel file, OptionalLong promised, UploadName name, long maxNarBytes)
            throws IOException {
        try (BlobWriter writer = blobs.create()) {
            ReceivedNar nar = receiver(maxNarBytes).receive(file, promised, name, writer::write);
            ReceivedFiles.Facts facts = NarIntake.facts(writer.key().toString(), nar);
            if (!Durability.await(writer.finish())) {
                throw new IOException("the file cannot be made durable");
            }
            return facts;
        }
    }

    /** Reads a file to its end, keeps nothing, and says what it was. */
    public NarFacts check(ReadableByteChannel file, OptionalLong promised, UploadName name, long maxNarBytes)
            throws IOException {
        return receiver(maxNarBytes)
                .receive(file, promised, name, piece -> piece.position(piece.limit()))
                .facts();
    }

    private NarReceiver receiver(long maxNarBytes) {
        return new NarReceiver(NarIntake.limits(Math.min(maxNarBytes, settings.maxNarBytes()), settings.maxRatio()));
    }
}
