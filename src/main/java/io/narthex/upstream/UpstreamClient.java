package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.key.master.WrongMasterKeyException;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePathHash;
import io.narthex.outbound.OutboundClient;
import io.narthex.outbound.OutboundDocument;
import io.narthex.outbound.OutboundException;
import io.narthex.outbound.OutboundRequest;
import io.narthex.outbound.OutboundResponse;
import io.narthex.receive.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Asks one upstream, with its credentials, limits and breaker. Thread-safe. */
@ApplicationScoped
public class UpstreamClient {
    private static final System.Logger LOG = System.getLogger(UpstreamClient.class.getName());

    /** Where a server says to wait and not for how long. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    /** Small files that are fetched at a time: each is held in memory, with up to 4 MiB. */
    private static final int SIDE_FILES = 8;

    private final Semaphore sideFiles = new Semaphore(SIDE_FILES);

    @Inject
    private OutboundClient client;

    @Inject
    private CredentialVault vault;

    @Inject
    private UpstreamStates states;

    @Inject
    private Refused refused;

    @Inject
    private UpstreamCounts counts;

    @Inject
    private ServerVia via;

    /** Whether the upstream has a path that a cache may show; what it tells is judged. */
    Answer lookUp(Upstream upstream, Cache cache, StorePathHash hash) {
        UpstreamState state = states.of(upstream);
        if (!state.mayBeAsked()) {
            return Answer.Away.of(upstream);
        }
        state.lookups.increment();
        UpstreamCounts.Counts count = counts.of(upstream, cache.tenantId());
        count.lookups.increment();
        long begun = System.nanoTime();
        try {
            OutboundRequest request = request(upstream, upstream.resolve(hash + ".narinfo"), Map.of());
            OutboundDocument document = client.get(request, NarInfoReader.MAX_BYTES, upstream.lookup());
            Answer answer = answer(upstream, cache, hash, request, document);
            count(count, answer);
            return answer;
        } catch (OutboundException e) {
            failed(upstream, String.valueOf(e.getMessage()));
            count.failures.increment();
            return Answer.Away.of(upstream);
        } finally {
            states.answeredIn(upstream, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private static void count(UpstreamCounts.Counts count, Answer answer) {
        switch (answer) {
            case Answer.Found found -> count.hits.increment();
            case Answer.Away away -> count.failures.increment();
            case Answer.Absent absent -> {}
            case Answer.Ready ready -> {}
            case Answer.File file -> {}
        }
    }

    private Answer answer(
            Upstream upstream, Cache cache, StorePathHash hash, OutboundRequest request, OutboundDocument document) {
        UpstreamState state = states.of(upstream);
        Optional<Answer> without = withoutBody(upstream, document);
        if (without.isPresent()) {
            if (without.get() instanceof Answer.Absent) {
                state.misses.increment();
            }
            return without.get();
        }
        return switch (Judgement.of(document.body(), upstream, cache, hash, request)) {
            case Judgement.Taken taken -> {
                state.hits.increment();
                yield new Answer.Found(upstream, taken.info(), taken.key(), taken.nar());
            }
            case Judgement.Unsigned unsigned -> {
                state.refusedSignatures.increment();
                counts.of(upstream, cache.tenantId()).refused.increment();
                refused.signature(upstream, cache, unsigned.info().storePath());
                yield new Answer.Absent();
            }
            case Judgement.Unusable unusable -> {
                state.misses.increment();
                yield unusable(upstream, hash, unusable.why());
            }
        };
    }

    /** What an answer says that does not bring what was asked for; empty where it does. */
    private Optional<Answer> withoutBody(Upstream upstream, OutboundDocument document) {
        UpstreamState state = states.of(upstream);
        return switch (document.status()) {
            case 200 -> {
                state.answered();
                yield Optional.empty();
            }
            case 403, 404, 410 -> {
                state.answered();
                yield Optional.of(new Answer.Absent());
            }
            case 429 -> {
                state.pause(
                        document.retryAfter().flatMap(UpstreamClient::seconds).orElse(PAUSE));
                yield Optional.of(Answer.Away.of(upstream));
            }
            default -> {
                failed(upstream, "it answers " + document.status());
                yield Optional.of(Answer.Away.of(upstream));
            }
        };
    }

    /**
     * Whether the upstream has a small file that a cache may show.
     *
     * @param name its URL below the upstream's
     */
    Answer file(Upstream upstream, Cache cache, String name, SideFiles.Check check) {
        if (!sideFiles.tryAcquire()) {
            return Answer.Away.of(upstream);
        }
        try {
            return states.of(upstream).mayBeAsked() ? asked(upstream, cache, name, check) : Answer.Away.of(upstream);
        } finally {
            sideFiles.release();
        }
    }

    private Answer asked(Upstream upstream, Cache cache, String name, SideFiles.Check check) {
        try {
            // names of outputs and derivations may have one
            URI url = upstream.resolve(name.replace("?", "%3F"));
            OutboundDocument document =
                    client.get(request(upstream, url, Map.of()), SideFiles.LONGEST, upstream.lookup());
            return withoutBody(upstream, document).orElseGet(() -> judged(upstream, cache, name, document, check));
        } catch (OutboundException.TooLong e) {
            // an answer, and none that could be used
            states.of(upstream).answered();
            return unusable(upstream, name, String.valueOf(e.getMessage()));
        } catch (OutboundException e) {
            failed(upstream, String.valueOf(e.getMessage()));
            counts.of(upstream, cache.tenantId()).failures.increment();
            return Answer.Away.of(upstream);
        }
    }

    private Answer judged(
            Upstream upstream, Cache cache, String name, OutboundDocument document, SideFiles.Check check) {
        SideFiles.SideFile file = new SideFiles.SideFile(
                "upstream:" + upstream.name(),
                document.body(),
                document.contentEncoding().orElse(null),
                Instant.now());
        try {
            return switch (check.of(file, upstream.keys())) {
                case RIGHT -> new Answer.File(file);
                case UNSIGNED -> {
                    states.of(upstream).refusedSignatures.increment();
                    counts.of(upstream, cache.tenantId()).refused.increment();
                    refused.sideFile(upstream, cache, name);
                    yield new Answer.Absent();
                }
                case WRONG -> unusable(upstream, name, "it is not what it must be");
            };
        } catch (IOException | RefusedException e) {
            return unusable(upstream, name, String.valueOf(e.getMessage()));
        }
    }

    private static Answer unusable(Upstream upstream, Object what, String why) {
        LOG.log(
                System.Logger.Level.DEBUG,
                "event=upstream-unusable upstream={0} what={1} reason={2}",
                upstream.name(),
                what,
                why);
        return new Answer.Absent();
    }

    private void failed(Upstream upstream, String why) {
        states.of(upstream).failed(why);
        LOG.log(System.Logger.Level.DEBUG, "event=upstream-failed upstream={0} reason={1}", upstream.name(), why);
    }

    private static Optional<Duration> seconds(String retryAfter) {
        return retryAfter.matches("\\d{1,9}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(retryAfter)))
                : Optional.empty();
    }

    /** Opens a NAR file. */
    OutboundResponse open(Upstream upstream, URI url, Map<String, String> headers) throws OutboundException {
        return client.open(request(upstream, url, headers));
    }

    private OutboundRequest request(Upstream upstream, URI url, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Via", via.sent());
        return new OutboundRequest(
                url, all, credentials(upstream), upstream.redirectHosts(), upstream.connect(), upstream.stall());
    }

    private Optional<OutboundRequest.Credentials> credentials(Upstream upstream) {
        try {
            return vault.open(upstream);
        } catch (WrongMasterKeyException e) {
            // asked without them it answers that it wants some, and counts as one that does not answer
            LOG.log(
                    System.Logger.Level.ERROR,
                    "event=credentials-sealed upstream={0} reason={1}",
                    upstream.name(),
                    e.getMessage());
            return Optional.empty();
        }
    }
}
