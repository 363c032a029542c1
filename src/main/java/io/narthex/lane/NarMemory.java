package io.narthex.lane;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.cache.Cache;
import io.narthex.index.SignedPath;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps small NAR files that were asked for more than once, outside the heap. Each was hashed when it was taken in. What one
 * tenant's caches are asked for is kept apart from all others', and tenants share the room in equal parts. Thread-safe, never
 * waits: the IO threads ask it.
 */
final class NarMemory {
    /** In bytes; half of all paths are smaller. */
    private static final int LARGEST = 64 << 10;
    /** In all; a sixteenth of the heap that the launcher gives. */
    private static final long ROOM = 32L << 20;
    /** Besides the bytes themselves. */
    private static final int OVERHEAD = 200;
    /** What nobody has asked for in that time goes, and with it the part of a tenant that nobody asks any more. */
    private static final Duration UNUSED = Duration.ofMinutes(10);

    private final Duration longest;
    private final Map<Integer, com.github.benmanes.caffeine.cache.Cache<Key, KeptNar>> tenants =
            new ConcurrentHashMap<>();

    private record Key(int cacheId, StorePathHash hash) {}

    /**
     * A file in memory.
     *
     * @param hash of its bytes
     * @param entityTag with its quotes
     */
    private record KeptNar(NixHash hash, String entityTag, ByteBuffer bytes) {}

    /**
     * What can be sent.
     *
     * @param bytes for the caller alone, not to be written to
     */
    record Found(String entityTag, ByteBuffer bytes) {}

    /** @param longest how long bytes count as proved; zero: never, and then nothing is kept */
    NarMemory(Duration longest) {
        this.longest = longest;
    }

    /**
     * The file of a path, if it is kept.
     *
     * @param hash of the bytes that are to be sent
     */
    @Nullable
    Found find(Cache cache, SignedPath path, NixHash hash) {
        var own = tenants.get(cache.tenantId());
        KeptNar kept = own == null
                ? null
                : own.getIfPresent(new Key(cache.id(), path.path().hash()));
        return kept != null && kept.hash.equals(hash) ? new Found(kept.entityTag, kept.bytes.duplicate()) : null;
    }

    /** Whether a file of so many bytes would be kept. */
    boolean takes(long bytes) {
        return bytes <= LARGEST && !longest.isZero();
    }

    /** Keeps a file, unless its bytes are not those of the hash. */
    void keep(Cache cache, SignedPath path, NixHash hash, ByteBuffer bytes) {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        digest.update(bytes.duplicate());
        if (!Arrays.equals(digest.digest(), hash.bytes())) {
            return;
        }
        ByteBuffer kept = ByteBuffer.allocateDirect(bytes.remaining())
                .put(bytes.duplicate())
                .flip()
                .asReadOnlyBuffer();
        of(cache.tenantId())
                .put(new Key(cache.id(), path.path().hash()), new KeptNar(hash, '"' + hash.nix32() + '"', kept));
    }

    private com.github.benmanes.caffeine.cache.Cache<Key, KeptNar> of(int tenant) {
        var known = tenants.get(tenant);
        return known != null ? known : add(tenant);
    }

    /** Rarely: each tenant's first small NAR in a while. */
    private synchronized com.github.benmanes.caffeine.cache.Cache<Key, KeptNar> add(int tenant) {
        tenants.values().removeIf(own -> {
            own.cleanUp();
            return own.estimatedSize() == 0;
        });
        var made = tenants.computeIfAbsent(
                tenant,
                t -> Caffeine.newBuilder()
                        .maximumWeight(ROOM)
                        .weigher((Key key, KeptNar nar) -> nar.bytes.capacity() + OVERHEAD)
                        .expireAfterWrite(longest)
                        .expireAfterAccess(UNUSED)
                        .build());
        long part = ROOM / tenants.size();
        tenants.values().forEach(own -> own.policy().eviction().ifPresent(eviction -> eviction.setMaximum(part)));
        return made;
    }
}
