package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps the keys of each cache in memory, with the secrets of those that sign now. Thread-safe. */
@ApplicationScoped
public class KeyRing implements ChangeListener {
    /** Whoever signs by a ring that was replaced has done so by then. */
    private static final long WIPE_SECONDS = 60;
    /** What a change says in the place of a cache's number; no cache has it. */
    static final long EVERY_CACHE = 0;

    private static final System.Logger LOG = System.getLogger(KeyRing.class.getName());

    @Inject
    private Settings settings;

    @Inject
    private CacheKeys keys;

    @Inject
    private KeyClock clock;

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    private ManagedScheduledExecutorService timer;

    private final Map<Integer, Ring> rings = new ConcurrentHashMap<>();
    private final RevokedKeys.Latest revoked = new RevokedKeys.Latest();
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
        private final RevokedKeys.Latest revoked;
        private final KnownKeys known;
        private volatile boolean replaced;

        /**
         * @param members those that sign
         * @param all in whatever state
         * @param revoked those of all caches of the server
         */
        public Ring(List<Member> members, List<PublishedKey> all, RevokedKeys revoked) {
            this(members, all, new RevokedKeys.Latest(revoked));
        }

        /** @param revoked those of all caches of the server, as they are read anew */
        Ring(List<Member> members, List<PublishedKey> all, RevokedKeys.Latest revoked) {
            this.members = List.copyOf(members);
            this.all = List.copyOf(all);
            this.revoked = revoked;
            this.known = new KnownKeys(all, revoked);
        }

        /**
         * Those that sign now, ACTIVE and RETIRING, in the order in which they were made: none only where the cache was
         * deleted in this moment.
         */
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

        /** Whether it is a key that was revoked, in whichever cache of the server and by whatever name. */
        public boolean isRevoked(PublicKey key) {
            return revoked.get().contains(key);
        }

        /**
         * Those signatures of others that may be told of, in their order: none that a key of this cache has made, in whatever
         * state, and none by a revoked key of the server.
         *
         * @param signed what they sign
         */
        public List<Signature> foreign(Collection<Signature> signatures, byte[] signed) {
            return signatures.stream()
                    .filter(signature -> !known.haveMade(signature, signed))
                    .toList();
        }

        /** Which state of the server's revoked keys it goes by now, for {@link #isCurrent}. */
        public long revocations() {
            return revoked.get().version();
        }

        /**
         * Whether these still are the keys and their states, and what was told by them of others' signatures still holds.
         *
         * @param revocations the state of the revoked keys by which that was told
         * @param others those signatures
         */
        public boolean isCurrent(long revocations, Collection<Signature> others) {
            return !replaced
                    && revoked.areCurrent()
                    && revoked.get().saySame(revocations, others.stream().map(Signature::keyName));
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
        try {
            of(standard);
        } catch (KeyException.Sealed e) {
            throw StartRefused.because(
                    settings, e.getMessage() + ": restore the right master key, or name it in NARTHEX_MASTER_KEY_FILE");
        }
    }

    /** The time by which keys live. */
    public Instant now() {
        return clock.now();
    }

    /** The keys of a cache, unless one of them does not open, which is logged: whoever looks after many caches goes on. */
    public Optional<Ring> find(Cache cache) {
        try {
            return Optional.of(of(cache));
        } catch (KeyException.Sealed e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "event=key-sealed cache={0}/{1} reason={2}",
                    cache.tenant(),
                    cache.name(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * The keys of a cache; its first is made where it has none.
     *
     * @throws KeyException.Sealed where one that signs does not open
     */
    public Ring of(Cache cache) {
        if (!revoked.areCurrent()) {
            revoked.refresh(keys::revoked);
        }
        Ring known = rings.get(cache.id());
        // not in computeIfAbsent: a change that comes while the database is asked must find the map free
        return known != null ? known : read(cache);
    }

    /** Reads anew which keys are revoked: more than this node has heard of. */
    public void readRevoked() {
        revoked.changed();
        revoked.refresh(keys::revoked);
    }

    private synchronized Ring read(Cache cache) {
        Ring known = rings.get(cache.id());
        if (known != null) {
            return known;
        }
        long before = changes.get();
        Ring read = keys.read(cache, revoked);
        rings.put(cache.id(), read);
        if (changes.get() != before) {
            // they may have been read before the change
            if (rings.remove(cache.id(), read)) {
                replace(read);
            }
        }
        return read;
    }

    /** A key says the cache that it signs for; one that is revoked also concerns all that hold a signature of it. */
    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.KEY && change.subject() == EVERY_CACHE) {
            revoked.changed();
        } else if (change.kind() == ChangeKind.KEY) {
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
        revoked.changed();
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
