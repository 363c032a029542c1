package io.narthex.key;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The keys of the whole server that are not to be trusted any more. Immutable. */
public final class RevokedKeys {
    /** Where nothing was ever revoked. */
    public static final RevokedKeys NONE = new RevokedKeys(List.of());

    /**
     * Keys of one name that one tenant may have verified for others: each costs a tenth of a millisecond for every
     * signature of that name, and anybody may import a key under any name, and revoke it.
     */
    private static final int SAME_NAME = 4;

    private final Set<ByteBuffer> publicKeys;
    private final Map<String, Set<PublicKey>> byName;
    /** Counts up with each reading. */
    private final long version;
    /** The version in which the keys of a name were others than before. */
    private final Map<String, Long> changedIn = new HashMap<>();

    /**
     * One of them.
     *
     * @param tenantId whose cache had it
     */
    public record Entry(PublicKey key, int tenantId) {}

    /**
     * All that there are.
     *
     * @param entries the oldest first
     */
    public RevokedKeys(Collection<Entry> entries) {
        this(entries, 0);
    }

    private RevokedKeys(Collection<Entry> entries, long version) {
        this.version = version;
        Set<ByteBuffer> all = new HashSet<>();
        Map<String, Set<PublicKey>> named = new HashMap<>();
        Map<String, Map<Integer, Integer>> counts = new HashMap<>();
        for (Entry entry : entries) {
            PublicKey key = entry.key();
            all.add(ByteBuffer.wrap(key.bytes()));
            Set<PublicKey> namesakes = named.computeIfAbsent(key.name(), name -> new LinkedHashSet<>());
            Map<Integer, Integer> ofTenants = counts.computeIfAbsent(key.name(), name -> new HashMap<>());
            int count = ofTenants.getOrDefault(entry.tenantId(), 0);
            if (count < SAME_NAME && namesakes.add(key)) {
                ofTenants.put(entry.tenantId(), count + 1);
            }
        }
        publicKeys = all;
        byName = named;
    }

    /** All that there are now, of which it is known what is another than here. */
    RevokedKeys then(Collection<Entry> entries) {
        RevokedKeys now = new RevokedKeys(entries, version + 1);
        now.byName.forEach((name, keys) -> now.changedIn.put(
                name, keys.equals(byName.get(name)) ? changedIn.getOrDefault(name, version) : now.version));
        return now;
    }

    long version() {
        return version;
    }

    /** Whether they say the same of signatures in these names as in an earlier version. */
    boolean saySame(long earlier, Stream<String> names) {
        return earlier == version || names.allMatch(name -> changedIn.getOrDefault(name, 0L) <= earlier);
    }

    /** Whether it is one of them, by whatever name. */
    public boolean contains(PublicKey key) {
        return publicKeys.contains(ByteBuffer.wrap(key.bytes()));
    }

    /**
     * Whether one of them has made a signature, in a name that it has in some cache: clients look a key up by its name, so
     * that in another one it says nothing to them.
     */
    boolean haveMade(Signature signature, byte[] signed) {
        return byName.getOrDefault(signature.keyName(), Set.of()).stream()
                .anyMatch(key -> key.verify(signed, signature));
    }

    /**
     * The revoked keys of the server as this node has read them last. A revocation makes them old, and nothing else: the rings of
     * caches stay, and whatever was made by them is asked whether it is concerned. Thread-safe.
     */
    static final class Latest implements Supplier<RevokedKeys> {
        private final AtomicLong changes = new AtomicLong();
        private volatile RevokedKeys known;
        /** How many changes there had been when they were read; one more: to be read. */
        private volatile long readAt;

        /** Such as were never read. */
        Latest() {
            this(NONE);
            changed();
        }

        /** Such as do not change. */
        Latest(RevokedKeys known) {
            this.known = known;
        }

        /** There is another. */
        void changed() {
            changes.incrementAndGet();
        }

        /** Whether no change is known that they were not read behind. */
        boolean areCurrent() {
            return readAt == changes.get();
        }

        /** Reads them where they are old; whoever asks meanwhile waits for that. */
        synchronized void refresh(Supplier<Collection<Entry>> reader) {
            long now = changes.get();
            if (readAt != now) {
                known = known.then(reader.get());
                // a change that came meanwhile lets them be read again
                readAt = now;
            }
        }

        @Override
        public RevokedKeys get() {
            return known;
        }
    }
}
