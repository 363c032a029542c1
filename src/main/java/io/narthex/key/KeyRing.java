package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The keys of each cache, in memory, with the secrets of those that sign now. Thread-safe. */
@ApplicationScoped
public class KeyRing implements ChangeListener {
    /** Whoever signs by a ring that was replaced has done so by then. */
    private static final long WIPE_SECONDS = 60;

    @Inject
    private CacheKeys keys;

    @Resource
    private ManagedScheduledExecutorService timer;

    private final Map<Integer, Ring> rings = new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();

    /**
     * A key of a ring that signs.
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
        private final List<PublishedKey> all;
        private final Set<String> names;
        private volatile boolean replaced;

        /**
         * @param members those that sign
         * @param all in whatever state
         */
        public Ring(List<Member> members, List<PublishedKey> all) {
            this.members = List.copyOf(members);
            this.all = List.copyOf(all);
            this.names = all.stream().map(key -> key.publicKey().name()).collect(Collectors.toUnmodifiableSet());
        }

        /** Those that sign now, ACTIVE and RETIRING: at least one, in the order in which they were made. */
        public List<Member> members() {
            return members;
        }

        /** Those that clients are to trust now, PENDING ones too, in the order in which they were made. */
        public List<PublicKey> published() {
            return all.stream()
                    .filter(key -> key.state().isPublished())
                    .map(PublishedKey::publicKey)
                    .toList();
        }

        /** Every key that the cache ever had, in the order in which they were made. */
        public List<PublishedKey> all() {
            return all;
        }

        /** Whether a signature claims to be by a key of this cache, in whatever state: it is not foreign. */
        public boolean isOwn(Signature signature) {
            return names.contains(signature.keyName());
        }

        /** Whether these still are the keys and their states. */
        public boolean isCurrent() {
            return !replaced;
        }

        private void wipe() {
            members.forEach(member -> member.secret().close());
        }
    }

    /**
     * Makes ready what the server cannot start without: the keys of the default cache.
     *
     * @throws io.narthex.configuration.StartRefused when the master key is missing or wrong, or the operator's key is none
     */
    public void load(Cache standard) {
        keys.importOnce(standard);
        of(standard);
    }

    /** The keys of a cache; its first is made where it has none. */
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
        long before = changes.get();
        Ring read = keys.read(cache);
        rings.put(cache.id(), read);
        if (changes.get() != before && rings.remove(cache.id(), read)) {
            // it may have been read before the change
            replace(read);
        }
        return read;
    }

    /** A key says the cache that it signs for. */
    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.KEY) {
            changes.incrementAndGet();
            Ring old = rings.remove((int) change.subject());
            if (old != null) {
                replace(old);
            }
        }
    }

    @Override
    public void lost() {
        changes.incrementAndGet();
        rings.keySet().forEach(cache -> {
            Ring old = rings.remove(cache);
            if (old != null) {
                replace(old);
            }
        });
    }

    private void replace(Ring old) {
        old.replaced = true;
        try {
            var unused = timer.schedule(old::wipe, WIPE_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // the server stops
            old.wipe();
        }
    }

    @PreDestroy
    void wipe() {
        rings.values().forEach(Ring::wipe);
    }
}
