package io.narthex.lane;

import io.narthex.access.Access;
import io.narthex.access.PushRights;
import io.narthex.audit.ReadLog;
import io.narthex.blob.BlobStore;
import io.narthex.cache.CacheDirectory;
import io.narthex.configuration.NarZstd;
import io.narthex.configuration.Settings;
import io.narthex.index.MostAsked;
import io.narthex.index.PathIndex;
import io.narthex.index.PathsElsewhere;
import io.narthex.meter.Meters;
import io.narthex.push.RefusedUploads;
import io.narthex.receive.NarIntake;
import io.narthex.receive.Reception;
import io.narthex.receive.UnpackingMemory;
import io.narthex.retention.use.PushSessions;
import io.narthex.retention.use.UseLog;
import io.narthex.transfer.Downloads;
import io.narthex.transfer.NarTransfer;
import io.narthex.transfer.OpenBodies;
import io.narthex.transfer.PackedNars;
import io.narthex.upstream.PullThrough;
import io.narthex.upstream.ServerVia;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.time.Clock;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Loads the index before the first request comes, and gives {@link FastLane} what it needs. */
@WebListener
public class FastLaneStart implements ServletContextListener {
    @Inject
    PathIndex index;

    @Inject
    PathsElsewhere others;

    @Inject
    Settings settings;

    @Inject
    MostAsked asked;

    @Inject
    Access access;

    @Inject
    PushRights rights;

    @Inject
    CacheDirectory caches;

    @Inject
    NarTransfer transfer;

    @Inject
    BlobStore blobs;

    @Inject
    PackedNars copies;

    @Inject
    NarIntake intake;

    @Inject
    Reception reception;

    @Inject
    RefusedUploads refusals;

    @Inject
    PullThrough fetches;

    @Inject
    ServerVia via;

    @Inject
    ReadLog reads;

    @Inject
    UseLog uses;

    @Inject
    PushSessions pushers;

    @Inject
    OpenBodies bodies;

    @Inject
    Meters meters;

    @Inject
    Lanes lanes;

    @Inject
    BeanManager beans;

    private @Nullable SmallNars small;
    private @Nullable StoredNars stored;
    private @Nullable CopiedNars copied;
    private @Nullable NewNarInfos unknown;
    private @Nullable PassingNars passing;
    private @Nullable NarInfosAhead ahead;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        index.load();
        show("download", lanes.downloads()::held, lanes.downloads()::queued);
        show("upload", lanes.uploads()::held, lanes.uploads()::queued);
        meters.gauge("narthex.unpacking.bytes", "Memory that is set aside for unpacking", () ->
                (double) ((long) UnpackingMemory.SHARED.held() << 20));
        EarlyBeans.make(beans);
        asked.load();
        Downloads downloads = new Downloads(reads, uses, bodies, Clock.systemUTC());
        LaneAccess known = new LaneAccess(access, caches.unproxied());
        // what may be sent coded, or is to be hashed each time, is not kept
        NarMemory memory = new NarMemory(settings.narZstd() == NarZstd.TRUE ? Duration.ZERO : settings.narRecheck());
        boolean coding = settings.narZstd() != NarZstd.FALSE;
        CopiedNars kept = new CopiedNars(index.hot(), memory, copies, downloads, lanes.paced(), coding);
        copied = kept;
        SmallNars made = new SmallNars(index.hot(), memory, transfer, downloads, lanes.paced(), coding);
        small = made;
        StoredNars opened = new StoredNars(index.hot(), memory, blobs, downloads, lanes.paced());
        stored = opened;
        NarInfosAhead walks = NarInfosAhead.make(index, others, lanes);
        ahead = walks;
        HotNarInfos narInfos = new HotNarInfos(index.hot(), reads, uses, pushers, known, walks);
        NarInfosElsewhere elsewhere = new NarInfosElsewhere(index, others, narInfos, walks, lanes.lookups(), via);
        NewNarInfos begun = new NewNarInfos(index, narInfos, elsewhere);
        unknown = begun;
        PassingNars followed = new PassingNars(index.hot(), fetches, downloads, lanes.paced());
        passing = followed;
        event.getServletContext()
                .setAttribute(
                        FastLane.ATTRIBUTE,
                        new FastLane.Parts(
                                known,
                                narInfos,
                                begun,
                                made,
                                opened,
                                kept,
                                followed,
                                elsewhere,
                                new MissingNars(known, intake),
                                new UploadLane(rights, reception, refusals, known),
                                lanes.bodies(),
                                lanes.batches(),
                                lanes.downloads(),
                                lanes.requests(),
                                lanes.lookups(),
                                lanes.lists(),
                                lanes.logs(),
                                lanes.uploads()));
    }

    private void show(String direction, DoubleSupplier held, DoubleSupplier waiting) {
        meters.gauge("narthex.streams.in.use", "Streams that have a place", held, "direction", direction);
        meters.gauge("narthex.streams.waiting", "Streams that wait for a place", waiting, "direction", direction);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        event.getServletContext().removeAttribute(FastLane.ATTRIBUTE);
        if (small != null) {
            small.close();
        }
        if (stored != null) {
            stored.close();
        }
        if (copied != null) {
            copied.close();
        }
        if (unknown != null) {
            unknown.close();
        }
        if (passing != null) {
            passing.close();
        }
        if (ahead != null) {
            ahead.close();
        }
    }
}
