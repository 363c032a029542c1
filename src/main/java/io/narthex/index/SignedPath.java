package io.narthex.index;

import io.narthex.http.HttpDate;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoWriter;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A path that may be offered: its facts, our signatures, and its narinfo as sent. */
public final class SignedPath {
    /** Half a SHA-256 tells two texts apart well enough for an entity tag. */
    private static final int TAG_BYTES = 16;

    private final long entryId;
    private final ValidPath path;
    private final byte[] narInfo;
    private final String entityTag;
    private final String lastModified;
    private volatile long stamp;
    private volatile @Nullable Instant checkedAt;

    /**
     * @param entryId the row in the index
     * @param ours one signature for each key that signs now
     * @param keysThatSign how many keys that is
     * @throws IllegalArgumentException when a signature of ours is missing
     */
    SignedPath(
            StoreDir storeDir,
            long entryId,
            ValidPath path,
            Collection<Signature> ours,
            int keysThatSign,
            @Nullable Instant checkedAt) {
        if (keysThatSign < 1 || ours.size() != keysThatSign) {
            throw new IllegalArgumentException("not signed by every key: " + path.path());
        }
        this.entryId = entryId;
        this.path = path;
        this.checkedAt = checkedAt;
        this.narInfo = render(storeDir, path, ours);
        this.lastModified = HttpDate.format(path.registeredAt());
        this.entityTag =
                '"' + HexFormat.of().formatHex(HashAlgorithm.SHA256.newDigest().digest(narInfo), 0, TAG_BYTES) + '"';
    }

    private static byte[] render(StoreDir storeDir, ValidPath path, Collection<Signature> ours) {
        List<Signature> signatures = new ArrayList<>(ours);
        signatures.addAll(path.signatures());
        return NarInfoWriter.write(new NarInfo(
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
                signatures,
                path.contentAddress()));
    }

    long entryId() {
        return entryId;
    }

    public ValidPath path() {
        return path;
    }

    public NixHash narHash() {
        return path.narHash();
    }

    /** Bytes of the NAR. */
    public long narSize() {
        return path.narSize();
    }

    /** The narinfo as sent; not to be changed by the caller. */
    @SuppressWarnings("EI_EXPOSE_REP")
    public byte[] narInfo() {
        return narInfo;
    }

    /** A strong entity tag of the narinfo, with its quotes. */
    public String entityTag() {
        return entityTag;
    }

    /** When Nix registered it, as a header has it. */
    public String lastModified() {
        return lastModified;
    }

    /** When its bytes were last found to be those of its NAR hash. */
    public Optional<Instant> checkedAt() {
        return Optional.ofNullable(checkedAt);
    }

    void checkedAt(Instant when) {
        checkedAt = when;
    }

    /** Whether Nix still says the same of it. */
    boolean says(ValidPath other) {
        return path.digest().equals(other.digest());
    }

    /** The state of the Nix database in which it was last known to be valid. */
    long stamp() {
        return stamp;
    }

    void stamp(long now) {
        stamp = now;
    }
}
