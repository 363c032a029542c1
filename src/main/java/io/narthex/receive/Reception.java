package io.narthex.receive;

import io.narthex.access.PushRight;
import io.narthex.change.ChangeFeed;
import io.narthex.change.DatabaseAwayException;
import io.narthex.index.SourceAwayException;
import io.narthex.localstore.StoreUnreadableException;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePathHash;
import io.narthex.retention.use.PushSessions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The one way in for NARs and narinfos: reads, judges and keeps each, and says as an {@link Outcome} what came of it,
 * whoever brings it. What fails on this side is thrown, and so is that the right has gone: who asks for it again hears
 * why. Thread-safe.
 */
@ApplicationScoped
public class Reception {
    private static final System.Logger LOG = System.getLogger(Reception.class.getName());

    @Inject
    private NarIntake intake;

    @Inject
    private PendingNars pending;

    @Inject
    private ChangeFeed feed;

    @Inject
    private Publisher publisher;

    @Inject
    private PushSessions pushers;

    /** What is done with what comes. */
    private interface Steps {
        Outcome take() throws IOException;
    }

    /**
     * Receives a file. {@link Outcome.Created} says that it is right, not yet that it is durable: a narinfo's says that. Where there
     * are other nodes it says that too: the narinfo may come to one of them when this one is gone.
     *
     * @param fileName behind {@code nar/}
     * @param coding of the body beside the file's own compression; null: none
     * @param promised bytes of the body, where the client told
     * @throws IOException where it cannot be kept
     */
    public Outcome nar(
            PushRight right, String fileName, ReadableByteChannel body, @Nullable String coding, OptionalLong promised)
            throws IOException {
        return ended(right, () -> {
            UploadName name = UploadName.parse(fileName);
            if (coding != null && !coding.equals("identity")) {
                return new Outcome.Malformed("A NAR is sent as it is to be stored, without a Content-Encoding");
            }
            Outcome outcome = intake.receive(right, name, body, promised);
            return feed.heartbeat().isAlone() || pending.await(right.cache().id(), name.toString())
                    ? outcome
                    : new Outcome.Unavailable("The file could not be kept");
        });
    }

    /**
     * Publishes a path, or adds signatures to one that is published. What was taken survives a power cut.
     *
     * @param asked the hash in the URL
     * @param coding of the body, as {@link SmallBody#read} takes it
     */
    public Outcome narInfo(PushRight right, StorePathHash asked, ReadableByteChannel body, @Nullable String coding)
            throws IOException {
        return ended(right, () -> {
            byte[] text = SmallBody.read(Channels.newInputStream(body), coding, NarInfoReader.MAX_BYTES);
            NarInfo info;
            try {
                info = NarInfoReader.read(text);
            } catch (NixFormatException e) {
                return new Outcome.Malformed("Not a narinfo: " + e.getMessage());
            }
            return publisher.publish(right, asked, info);
        });
    }

    private Outcome ended(PushRight right, Steps steps) throws IOException {
        PushSessions.Body body = pushers.begin(right.cache(), right.token());
        try {
            return judged(right, steps);
        } catch (DatabaseAwayException e) {
            return new Outcome.Unavailable("The database is away");
        } catch (SourceAwayException e) {
            return new Outcome.Unavailable("An upstream gives no answer");
        } catch (StoreUnreadableException e) {
            // the cache has begun to show the machine's store, which may have the path
            LOG.log(System.Logger.Level.WARNING, "event=store-unreadable reason={0}", e.getMessage());
            return new Outcome.Unavailable("The Nix store cannot be read now");
        } finally {
            body.end();
        }
    }

    /** What is wrong is told to who may still push, and to nobody else. */
    private static Outcome judged(PushRight right, Steps steps) throws IOException {
        try {
            return steps.take();
        } catch (RefusedException e) {
            PushRight unused = right.again();
            return e.outcome();
        }
    }
}
