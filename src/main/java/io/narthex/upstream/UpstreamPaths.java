package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Offers the paths that upstreams have, signed by the keys of the cache that shows them. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class UpstreamPaths {
    /** A row that a power cut takes is told by the upstream again: nobody waits for the disk. */
    private static final String QUICK = "select set_config('synchronous_commit', 'off', true)";

    private static final String SIGNATURES = "select key_id, signature from upstream_signature where path_id = ?";
    private static final String SIGN = """
        insert into upstream_signature (key_id, path_id, signature, claim) values (?, ?, ?, ?)
        on conflict (key_id, path_id) do nothing
        """;

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private KeyRing ring;

    @Inject
    private UpstreamDirectory directory;

    private final RecentUses uses = new RecentUses();

    RecentUses uses() {
        return uses;
    }

    /**
     * The path with this hash, as an upstream told of it that is still trusted for it, signed by every key of the cache; by none
     * where nobody vouched for the hash of its NAR and its bytes are not here yet.
     */
    Optional<SignedPath> find(Cache cache, StorePathHash hash) {
        KeyRing.Ring keys = ring.of(cache);
        if (keys.members().isEmpty()) {
            return Optional.empty();
        }
        return work(connection -> UpstreamRows.find(connection, cache, hash))
                .flatMap(row -> standing(cache, keys, row).map(upstream -> signed(cache, keys, upstream, row)));
    }

    /** The upstream that told of it, if the cache still shows what it tells and what vouched for the path still does. */
    private Optional<Upstream> standing(Cache cache, KeyRing.Ring keys, UpstreamRow row) {
        return directory.known().vouching(cache, row.upstreamId(), row.key(), keys);
    }

    /**
     * The same for many paths by one question, as far as one upstream told of them; of those that are unclear {@link #find} says
     * more.
     */
    PathSource.Found findAll(Cache cache, Collection<StorePathHash> hashes, Optional<Upstream> first) {
        KeyRing.Ring keys = ring.of(cache);
        Map<StorePathHash, SignedPath> paths = new HashMap<>();
        Set<StorePathHash> unclear = new HashSet<>();
        for (UpstreamRows.Signed one : work(c -> UpstreamRows.findAll(c, cache, keys, hashes))) {
            UpstreamRow row = one.row();
            Optional<Upstream> upstream = standing(cache, keys, row);
            StorePathHash hash = row.facts().storePath().hash();
            boolean clear = one.isWhole(keys) && !keys.members().isEmpty();
            if (clear
                    && upstream.isPresent()
                    && first.filter(asked -> asked.id() == row.upstreamId()).isPresent()) {
                paths.put(hash, row.offered(keys, one.ours(keys), memory(cache, upstream.get(), row.key())));
            } else if (upstream.isPresent()) {
                unclear.add(hash);
            }
        }
        return new PathSource.Found(paths, unclear);
    }

    /** Keeps what upstreams told, in place of what others or the same told before; gives what became of each. */
    List<ToldRows.Written> put(List<ToldRows.Told> told) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(QUICK)) {
                s.execute();
            }
            return ToldRows.put(connection, told);
        });
    }

    /** Which path has a NAR file of that name. */
    Optional<StorePathHash> findByFile(Cache cache, String fileName) {
        return work(connection -> UpstreamRows.findByFile(connection, cache, fileName));
    }

    private SignedPath signed(Cache cache, KeyRing.Ring keys, Upstream upstream, UpstreamRow row) {
        String claim = row.stored().isPresent() ? "received" : "upstream-signature";
        List<Signature> ours = row.maySign() ? work(connection -> complete(connection, keys, row, claim)) : List.of();
        return row.offered(keys, ours, memory(cache, upstream, row.key()));
    }

    private UpstreamPathMemory memory(Cache cache, Upstream upstream, Optional<PublicKey> key) {
        return new UpstreamPathMemory(directory.known(), upstream, key, cache.version(), uses);
    }

    /** Signs and keeps what is missing, and gives all signatures in the order of the ring. */
    private static List<Signature> complete(Connection connection, KeyRing.Ring keys, UpstreamRow row, String claim)
            throws SQLException {
        Map<Long, byte[]> known = new HashMap<>();
        try (PreparedStatement s = connection.prepareStatement(SIGNATURES)) {
            s.setLong(1, row.id());
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    known.put(r.getLong(1), r.getBytes(2));
                }
            }
        }
        List<Signature> all = new ArrayList<>();
        for (KeyRing.Member key : keys.members()) {
            byte @Nullable [] kept = known.get(key.id());
            if (kept == null) {
                Signature made = key.sign(Fingerprint.of(row.facts()));
                try (PreparedStatement s = connection.prepareStatement(SIGN)) {
                    s.setLong(1, key.id());
                    s.setLong(2, row.id());
                    s.setBytes(3, made.bytes());
                    s.setString(4, claim);
                    s.executeUpdate();
                }
                all.add(made);
            } else {
                all.add(new Signature(key.publicKey().name(), kept));
            }
        }
        return all;
    }

    private <T> T work(org.hibernate.jdbc.ReturningWork<T> work) {
        return entities.unwrap(Session.class).doReturningWork(work);
    }
}
