package io.narthex.index;

import io.narthex.audit.HitCount;
import io.narthex.http.HttpDate;
import io.narthex.key.KeyRing;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoWriter;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A path as a cache offers it: its facts, our signatures, and the narinfo that clients get. */
public final class SignedPath {
    /** Half a SHA-256 tells two texts apart well enough for an entity tag. */
    private static final int TAG_BYTES = 16;

    /** More often than that a use tells the database nothing new. */
    private static final long NOTED_SECONDS = 300;

    private static final String SIGNATURE = "Sig: ";

    private final long rowId;
    private final NarInfo facts;
    private final NarSource source;
    private final Instant since;
    private final KeyRing.Ring ring;
    private final SourceMemory memory;
    private final long revocations;
    private final boolean signed;
    private final byte[] narInfo;
    private final String entityTag;
    private final String lastModified;
    private final HitCount hits = new HitCount();
    private volatile long stamp;
    private volatile boolean sent;
    private volatile long notedAt = Long.MIN_VALUE;
    private volatile long notedByTokenAt = Long.MIN_VALUE;
    private volatile long notedByPusherAt = Long.MIN_VALUE;
    private volatile @Nullable Instant checkedAt;

    /**
     * @param rowId the row in the index, in the table of the source that has the path
     * @param facts what is told of it, with the signatures of others
     * @param since when the cache got it
     * @param ring the keys that sign now
     * @param ours one signature for each of them; none where nothing is known of the path yet but that it follows from its
     *     contents, which an upstream has
     * @param memory says whether it is current
     * @throws IllegalArgumentException when a signature of ours is missing
     */
    public SignedPath(
            long rowId,
            NarInfo facts,
            NarSource source,
            Instant since,
            KeyRing.Ring ring,
            Collection<Signature> ours,
            @Nullable Instant checkedAt,
            SourceMemory memory) {
        int keysThatSign = ring.members().size();
        boolean unsigned = ours.isEmpty()
                && source instanceof NarSource.AtUpstream
                && facts.contentAddress().isPresent();
        if (keysThatSign < 1 || (ours.size() != keysThatSign && !unsigned)) {
            throw new IllegalArgumentException("not signed by every key: " + facts.storePath());
        }
        this.rowId = rowId;
        this.facts = facts;
        this.source = source;
        // what a client gives back in If-Modified-Since has no more than the header has
        this.since = since.truncatedTo(ChronoUnit.SECONDS);
        this.ring = ring;
        this.memory = memory;
        // before they are asked: what changes meanwhile is seen
        this.revocations = ring.revocations();
        this.checkedAt = checkedAt;
        this.signed = !ours.isEmpty();
        this.narInfo = render(facts, ring, ours);
        this.lastModified = HttpDate.format(since);
        this.entityTag =
                '"' + HexFormat.of().formatHex(HashAlgorithm.SHA256.newDigest().digest(narInfo), 0, TAG_BYTES) + '"';
    }

    /** A path of the machine's store: its NAR is packed on the way, so that the file is the NAR. */
    public static SignedPath local(
            StoreDir storeDir,
            long rowId,
            ValidPath path,
            KeyRing.Ring ring,
            Collection<Signature> ours,
            @Nullable Instant checkedAt,
            SourceMemory memory) {
        NarInfo facts = new NarInfo(
                storeDir,
                path.path(),
                "nar/" + path.narHash().nix32() + ".nar",
                "none",
                Optional.of(path.narHash()),
                OptionalLong.of(path.narSize()),
                path.narHash(),
                path.narSize(),
                path.references(),
                path.deriver(),
                path.signatures(),
                path.contentAddress());
        return new SignedPath(
                rowId, facts, new NarSource.InLocalStore(path), path.registeredAt(), ring, ours, checkedAt, memory);
    }

    /** What the path came with in the name of a key of ours counts no more than that key does now. */
    private static byte[] render(NarInfo facts, KeyRing.Ring ring, Collection<Signature> ours) {
        if (facts.signatures().isEmpty() && ours.size() == 1) {
            return NarInfoWriter.write(facts, List.copyOf(ours));
        }
        TreeSet<Signature> signatures = new TreeSet<>(ours);
        if (!facts.signatures().isEmpty()) {
            signatures.addAll(ring.foreign(facts.signatures(), Fingerprint.of(facts)));
        }
        return NarInfoWriter.write(facts, List.copyOf(signatures));
    }

    /** How often its narinfo was asked for. */
    public HitCount hits() {
        return hits;
    }

    /**
     * Whether a use of it that happens now is to be written down, and not one of the last minutes stands for it.
     */
    public boolean isUseToBeNoted(UsedBy who) {
        long now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
        long last = switch (who) {
            case ANYBODY -> notedAt;
            case TOKEN -> notedByTokenAt;
            case PUSHER -> notedByPusherAt;
        };
        if (last != Long.MIN_VALUE && now - last < NOTED_SECONDS) {
            return false;
        }
        notedAt = now;
        if (who != UsedBy.ANYBODY) {
            notedByTokenAt = now;
        }
        if (who == UsedBy.PUSHER) {
            notedByPusherAt = now;
        }
        return true;
    }

    public long rowId() {
        return rowId;
    }

    public StorePath path() {
        return facts.storePath();
    }

    /** What knows whether it is current. */
    SourceMemory memory() {
        return memory;
    }

    /** Where it comes from, as {@code X-Narthex-Source} names it. */
    public String origin() {
        return memory.name();
    }

    /** Whether it was pushed into a cache, this one or one that this one shows: {@link #rowId} is the row of an upload then. */
    public boolean isUploaded() {
        return memory.isOfUploads();
    }

    /** Whether another cache has it, whose key vouches for it. */
    public boolean isElsewhere() {
        return memory.isElsewhere();
    }

    /** Whether our keys have signed it: not yet where it follows from contents that an upstream has. */
    public boolean isSigned() {
        return signed;
    }

    /** What is told of it, without our signatures. */
    public NarInfo facts() {
        return facts;
    }

    public NarSource source() {
        return source;
    }

    /** The signatures of others that its narinfo has. */
    public List<Signature> foreignSignatures() {
        return ring.foreign(facts.signatures(), Fingerprint.of(facts));
    }

    /** When the cache got it, in whole seconds: when Nix registered it, or when it was published. */
    public Instant since() {
        return since;
    }

    public NixHash narHash() {
        return facts.narHash();
    }

    /** Bytes of the NAR. */
    public long narSize() {
        return facts.narSize();
    }

    /** The name of its file, as URLs have it behind {@code nar/}. */
    public String fileName() {
        return facts.url().substring(facts.url().indexOf('/') + 1);
    }

    /** The narinfo as sent; not to be changed by the caller. */
    @SuppressWarnings("EI_EXPOSE_REP")
    public byte[] narInfo() {
        return narInfo;
    }

    /** All signatures that its narinfo has, in their order there. */
    public List<String> signatures() {
        return new String(narInfo, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> line.startsWith(SIGNATURE))
                .map(line -> line.substring(SIGNATURE.length()))
                .toList();
    }

    /** A strong entity tag of the narinfo, with its quotes. */
    public String entityTag() {
        return entityTag;
    }

    /** {@link #since} as a header has it. */
    public String lastModified() {
        return lastModified;
    }

    /** When its bytes were last found to be those of its NAR hash. */
    public Optional<Instant> checkedAt() {
        return Optional.ofNullable(checkedAt);
    }

    /** Its bytes were just found to be those of its NAR hash. */
    public void checkedAt(Instant when) {
        checkedAt = when;
    }

    /** Whether its NAR was sent before, as far as memory knows. Each call counts as a sending. */
    public boolean isSentAgain() {
        boolean before = sent;
        sent = true;
        return before;
    }

    /** Whether it carries the signatures of the keys that sign now, and none of a key that was revoked. */
    public boolean isSignedByAll() {
        return ring.isCurrent(revocations, facts.signatures());
    }

    /** Whether Nix still says the same of it. */
    public boolean says(ValidPath other) {
        return source instanceof NarSource.InLocalStore local
                && local.valid().digest().equals(other.digest());
    }

    /** The state of the Nix database in which it was last known to be valid. */
    public long stamp() {
        return stamp;
    }

    /** Nix's database, in this state, still says what is told of it. */
    public void stamp(long now) {
        stamp = now;
    }
}
