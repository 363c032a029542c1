package io.narthex.index;

import io.narthex.cache.SampleCache;
import io.narthex.change.Heartbeat;
import io.narthex.index.local.LocalMemory;
import io.narthex.key.KeyRing;
import io.narthex.key.RevokedKeys;
import io.narthex.localstore.NixDatabase;
import io.narthex.localstore.RowDigest;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** A memory that holds what a test puts into it, beside a store. */
public final class SampleIndex {
    private final SecretKey key = SecretKey.generate("sample-1", new SecureRandom());
    private final NixDatabase nix;
    private final LocalMemory memory;
    private final HotPaths hot;

    /** @param empty a directory without a Nix database */
    public SampleIndex(Path empty) {
        this(new NixDatabase(empty.resolve("db.sqlite"), StoreDir.DEFAULT));
    }

    /** @param nix the database of the store beside it, whose changes count */
    SampleIndex(NixDatabase nix) {
        this.nix = nix;
        Heartbeat heartbeat = new Heartbeat(TimeUnit.HOURS.toNanos(1));
        memory = new LocalMemory(nix, heartbeat);
        hot = new HotPaths(heartbeat, new AllOpen(), List.of(memory));
    }

    public HotPaths hot() {
        return hot;
    }

    /** Remembers a path as current. */
    public SignedPath remember(StorePath path, NixHash narHash, long narSize) {
        ValidPath valid = new ValidPath(
                1,
                path,
                narHash,
                narSize,
                Instant.ofEpochSecond(1_000_000_000),
                Optional.empty(),
                new TreeSet<>(),
                List.of(),
                Optional.empty(),
                new RowDigest(1, 2));
        SignedPath signed = SignedPath.local(
                StoreDir.DEFAULT,
                1,
                valid,
                new KeyRing.Ring(List.of(new KeyRing.Member(1, key)), List.of(), RevokedKeys.NONE),
                List.of(key.sign(new byte[0])),
                null,
                memory);
        signed.stamp(nix.stamp());
        hot.remember(SampleCache.LOCAL, signed, hot.ticket(SampleCache.LOCAL, path.hash()));
        return signed;
    }
}
