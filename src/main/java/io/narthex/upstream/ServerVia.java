package io.narthex.upstream;

import io.narthex.cache.CacheDirectory;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.HashAlgorithm;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Knows how this server names itself in {@code Via}, so that a circle of servers that fetch from each other ends at the first
 * that it comes back to. All nodes of one database have the same name. Thread-safe.
 */
@ApplicationScoped
public class ServerVia {
    /** What the server at which a circle ends says. */
    public static final String CIRCLE = "The request came through this server before: upstreams form a circle";

    private static final int ID_BYTES = 8;

    @Inject
    private KeyRing ring;

    @Inject
    private CacheDirectory caches;

    private volatile @Nullable String id;

    /** The header's value in what goes out. */
    String sent() {
        return "1.1 " + id();
    }

    /** Whether a request came through this server before. */
    public boolean isIn(@Nullable String header) {
        return header != null && header.contains(id());
    }

    /** Of the first key that the default cache ever had, which stays in the database for ever. */
    private String id() {
        String known = id;
        if (known == null) {
            byte[] key = ring.of(caches.now().standard())
                    .all()
                    .getFirst()
                    .publicKey()
                    .toString()
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            known = "narthex-"
                    + HexFormat.of().formatHex(HashAlgorithm.SHA256.newDigest().digest(key), 0, ID_BYTES);
            id = known;
        }
        return known;
    }
}
