package io.narthex.upstream;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.narthex.cache.Cache;
import io.narthex.index.SourceAwayException;
import io.narthex.index.UpstreamNar;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StorePath;
import io.narthex.receive.SmallBody;
import io.narthex.thread.SingleFlight;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the small files that upstreams have beside NARs: listings, build logs, realisations. They are asked for as paths are, in
 * the order of the cache's sources, and remembered for a day. Thread-safe.
 */
@ApplicationScoped
public class SideFiles {
    /** Bytes of one as it comes: the longest logs and listings of nixpkgs have a few MB, coded. */
    static final int LONGEST = 4 << 20;

    /** Bytes of one, decoded: as of a log that is pushed. */
    private static final int LONGEST_DECODED = 64 << 20;

    /** Bytes of all that are remembered. */
    private static final long KEPT = 16L << 20;

    /** Bytes of one that is remembered: no file takes the room of hundreds. */
    private static final int LONGEST_KEPT = 256 << 10;

    /** What an entry costs besides its bytes, roughly. */
    private static final int OVERHEAD = 200;

    private static final Duration A_DAY = Duration.ofDays(1);

    @Inject
    private UpstreamDirectory directory;

    @Inject
    private UpstreamClient client;

    @Inject
    private LookUps lookUps;

    private final SingleFlight<Key, Optional<SideFile>> flights = new SingleFlight<>();
    private final com.github.benmanes.caffeine.cache.Cache<Key, Kept> memory = Caffeine.newBuilder()
            .maximumWeight(KEPT)
            .weigher((Key key, Kept kept) -> OVERHEAD + kept.bytes())
            .expireAfter(Expiry.<Key, Kept>creating((key, kept) -> kept.lasting()))
            .build();

    private record Key(int cacheId, String name) {}

    /** @param version of the upstreams that said so, and of the cache that lists them */
    private record Kept(long version, long cacheVersion, Optional<SideFile> file, Duration lasting) {
        int bytes() {
            return file.map(known -> known.body.length).orElse(0);
        }
    }

    /**
     * A file as an upstream gave it.
     *
     * @param source the upstream, as {@code X-Narthex-Source} names it
     * @param coding its {@code Content-Encoding}; null: none
     * @param since when it was fetched
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record SideFile(
            String source, byte[] body, @Nullable String coding, Instant since) {
        /** Its contents, decoded; throws {@link io.narthex.receive.RefusedException} where that cannot be done. */
        public InputStream open() {
            return SmallBody.open(new ByteArrayInputStream(body), coding, LONGEST_DECODED);
        }
    }

    /** What a file of an upstream is worth. */
    public enum Verdict {
        /** It may be given out. */
        RIGHT,
        /** None of the upstream's keys has signed it. */
        UNSIGNED,
        /** It is not what it must be. */
        WRONG
    }

    /** Says what a file is worth; one that cannot be read is wrong. */
    public interface Check {
        Verdict of(SideFile file, Collection<PublicKey> keys) throws IOException;
    }

    /** The listing of a path, of the upstream that has the path. */
    public Optional<SideFile> listing(Cache cache, UpstreamNar nar, Check check) {
        return find(
                cache,
                nar.path().hash() + ".ls",
                check,
                known().of(cache, nar.upstreamId()).stream().toList());
    }

    /** What a build printed, of an upstream from which paths of that name are taken. */
    public Optional<SideFile> log(Cache cache, StorePath derivation, Check check) {
        List<Upstream> upstreams = known().of(cache).stream()
                .filter(upstream -> upstream.takesLogOf(derivation))
                .toList();
        return find(cache, "log/" + derivation.baseName(), check, upstreams);
    }

    /**
     * Any other file.
     *
     * @param name its URL below the upstream's
     * @throws SourceAwayException where an upstream that is required gives no answer
     */
    public Optional<SideFile> document(Cache cache, String name, Check check) {
        return find(cache, name, check, known().of(cache));
    }

    private UpstreamDirectory.Known known() {
        return directory.known();
    }

    private Optional<SideFile> find(Cache cache, String name, Check check, List<Upstream> upstreams) {
        if (upstreams.isEmpty()) {
            return Optional.empty();
        }
        Key key = new Key(cache.id(), name);
        Kept kept = memory.getIfPresent(key);
        if (kept != null && kept.version == known().version() && kept.cacheVersion == cache.version()) {
            return kept.file;
        }
        return flights.once(key, () -> ask(cache, key, check, upstreams));
    }

    private Optional<SideFile> ask(Cache cache, Key key, Check check, List<Upstream> upstreams) {
        long version = known().version();
        List<Answer> answers = lookUps.ask(upstreams.stream()
                .map(upstream -> new LookUps.Asked(
                        upstream.lookup(),
                        Answer.Away.of(upstream),
                        () -> client.file(upstream, cache, key.name, check)))
                .toList());
        if (answers.getLast() instanceof Answer.File(SideFile file)) {
            if (file.body.length <= LONGEST_KEPT) {
                memory.put(key, new Kept(version, cache.version(), Optional.of(file), A_DAY));
            }
            return Optional.of(file);
        }
        if (!Answer.isAway(answers)) {
            Duration least = upstreams.stream()
                    .map(Upstream::negative)
                    .min(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
            memory.put(key, new Kept(version, cache.version(), Optional.empty(), least));
        }
        return Optional.empty();
    }
}
