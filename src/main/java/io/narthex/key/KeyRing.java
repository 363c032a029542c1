package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The keys that sign now for each cache, in memory. Thread-safe. */
@ApplicationScoped
public class KeyRing implements ChangeListener {
    @Inject
    private KeyVault vault;

    private final Map<Integer, Ring> rings = new ConcurrentHashMap<>();

    /**
     * A key of a ring.
     *
     * @param id its row; signatures are stored under it
     */
    public record Member(long id, SecretKey secret) {
        public PublicKey publicKey() {
            return secret.publicKey();
        }

        public Signature sign(byte[] fingerprint) {
            return secret.sign(fingerprint);
        }
    }

    /** The keys of one cache as they stood when they were read. */
    public static final class Ring {
        private final List<Member> members;
        private volatile boolean replaced;

        public Ring(List<Member> members) {
            this.members = List.copyOf(members);
        }

        /** At least one, in the order in which they were made. */
        public List<Member> members() {
            return members;
        }

        /** Whether these still are the keys that sign. */
        public boolean isCurrent() {
            return !replaced;
        }
    }

    /** The keys that sign for a cache; its first is made where it has none. */
    public Ring of(Cache cache) {
        Ring known = rings.get(cache.id());
        // not in computeIfAbsent: a change that comes while the database is asked must find the map free
        return known != null ? known : read(cache);
    }

    private synchronized Ring read(Cache cache) {
        Ring known = rings.get(cache.id());
        if (known != null) {
            return known;
        }
        Ring read = new Ring(vault.open(cache).stream()
                .map(k -> new Member(k.id(), k.secret()))
                .toList());
        rings.put(cache.id(), read);
        return read;
    }

    /** A key says the cache that it signs for. */
    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.KEY) {
            Ring old = rings.remove((int) change.subject());
            if (old != null) {
                old.replaced = true;
            }
        }
    }

    @Override
    public void lost() {
        rings.values().forEach(ring -> ring.replaced = true);
        rings.clear();
    }

    @PreDestroy
    void wipe() {
        rings.values().forEach(ring -> ring.members.forEach(m -> m.secret().close()));
    }
}
