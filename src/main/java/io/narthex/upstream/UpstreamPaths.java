package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.NarSource;
import io.narthex.index.SignedPath;
import io.narthex.key.KeyRing;
import io.narthex.nix.narinfo.Fingerprint;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Offers the paths that upstreams have, signed by the keys of the cache that shows them. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional
public class UpstreamPaths {
    /** A row that a power cut takes is told by the upstream again: nobody waits for the disk. */
    private static final String QUICK = "select set_config('synchronous_commit', 'off', true)";

    private static final String UNSIGN = "delete from upstream_signature where path_id = ?";
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
                .flatMap(row -> directory
                        .known()
                        .of(cache, row.upstreamId())
                        .filter(upstream -> row.key()
                                .map(key -> upstream.keys().contains(key) && !keys.isRevoked(key))
                                .orElse(true))
                        .map(upstream -> signed(cache, keys, upstream, row)));
    }

    /** Keeps what an upstream told, in place of what another or the same told before. */
    Optional<SignedPath> put(Cache cache, Answer.Found found) {
        work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(QUICK)) {
                s.execute();
            }
            long id = UpstreamRows.put(connection, cache, found);
            // made of what was told before
            try (PreparedStatement s = connection.prepareStatement(UNSIGN)) {
                s.setLong(1, id);
                return s.executeUpdate();
            }
        });
        return find(cache, found.info().storePath().hash());
    }

    /** Which path has a NAR file of that name. */
    Optional<StorePathHash> findByFile(Cache cache, String fileName) {
        return work(connection -> UpstreamRows.findByFile(connection, cache, fileName));
    }

    private SignedPath signed(Cache cache, KeyRing.Ring keys, Upstream upstream, UpstreamRows.Row row) {
        String claim = row.stored().isPresent() ? "received" : "upstream-signature";
        return new SignedPath(
                row.id(),
                row.facts(),
                row.stored()
                        .<NarSource>map(NarSource.InBlobStore::new)
                        .orElseGet(() -> new NarSource.AtUpstream(row.nar())),
                row.since(),
                keys,
                row.maySign() ? work(connection -> complete(connection, keys, row, claim)) : List.of(),
                row.stored().isPresent() ? row.since() : null,
                new UpstreamPathMemory(directory.known(), upstream, row.key(), cache.version(), uses));
    }

    /** Signs and keeps what is missing, and gives all signatures in the order of the ring. */
    private static List<Signature> complete(
            Connection connection, KeyRing.Ring keys, UpstreamRows.Row row, String claim) throws SQLException {
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
