package io.narthex.trust;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Grant;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Target;
import io.narthex.access.token.Token;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.configuration.Secret;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.meter.LabelledCounts;
import io.narthex.meter.Meters;
import io.narthex.nix.hash.HashAlgorithm;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Exchanges identity tokens for tokens of ours, and records what came of it. Thread-safe. */
@ApplicationScoped
public class Exchange {
    private static final String EXCHANGED = "exchanged";
    /** Nobody changes a trust so often while one token is exchanged. */
    private static final int MOST_CHANGES = 10;
    /** Of what an unverified token says, in the record. */
    private static final int LONGEST = 200;

    private final Clock clock = Clock.systemUTC();
    private final ExchangeLimit limit = new ExchangeLimit(System::nanoTime);

    @Inject
    private ExchangedTokens tokens;

    @Inject
    private IssuerDocuments documents;

    @Inject
    private CacheDirectory caches;

    @Inject
    private AuditLog audit;

    @Inject
    private Meters meters;

    private IssuerKeys keys;
    private LabelledCounts counts;

    /** A token of ours. */
    record ExchangedToken(Secret token, Set<Scope> scopes, int seconds) {}

    @PostConstruct
    void start() {
        keys = new IssuerKeys(documents, clock);
        List<String> outcomes = new ArrayList<>(List.of(EXCHANGED));
        for (ExchangeRefusal refusal : ExchangeRefusal.values()) {
            outcomes.add(refusal.text());
        }
        counts = meters.counters(
                "narthex.exchange.attempts", "Identity tokens that were to be exchanged", "outcome", outcomes);
    }

    /** Makes this bean, and so its meters, when the application starts. */
    void made(@Observes Startup event) {}

    /**
     * Takes the request of somebody at an address.
     *
     * @param address names the network of who asks
     * @param parameters those of the request
     * @param url of this server
     * @throws ExchangeRefusedException where nothing is given; the refusal is recorded
     */
    ExchangedToken exchange(
            String address, Map<String, String> parameters, String url, @Nullable String idempotencyKey) {
        try {
            if (!limit.take(address)) {
                throw new ExchangeRefusedException(
                        ExchangeRefusal.TOO_MANY, "Too many attempts from this address: try again in a minute");
            }
            ExchangeRequest request = ExchangeRequest.of(parameters, url, idempotencyKey);
            IdentityToken token = IdentityToken.parse(request.subjectToken());
            ExchangedTokens.NewToken wanted;
            Optional<ExchangedTokens.Made> made;
            int tries = 0;
            do {
                wanted = judge(request, token);
                made = tokens.make(wanted);
            } while (made.isEmpty() && ++tries < MOST_CHANGES);
            Token given = made.orElseThrow(Exchange::changing).token();
            if (wanted.use() != null) {
                // who can do it only once does not do it all day
                limit.giveBack(address);
            }
            counts.increment(EXCHANGED);
            return new ExchangedToken(
                    made.orElseThrow().text(),
                    given.grant().scopes(),
                    wanted.trust().settings().ttlSeconds());
        } catch (ExchangeRefusedException e) {
            record(e);
            throw e;
        }
    }

    private static ProblemException changing() {
        return new ProblemException(ProblemType.UNAVAILABLE, "The trust changes all the time");
    }

    /** What an identity token is good for now. */
    private ExchangedTokens.NewToken judge(ExchangeRequest request, IdentityToken token) {
        String audience = token.audiences().size() == 1 ? token.audiences().getFirst() : null;
        ExchangedTokens.Found found = tokens.find(token.issuer(), audience, request.tenant(), request.trust());
        try {
            Issuer issuer = found.issuer()
                    .orElseThrow(() -> new ExchangeRefusedException(
                            ExchangeRefusal.ISSUER_UNKNOWN, "No issuer of this URL is allowed here"));
            verify(token, issuer);
            if (audience == null) {
                throw new ExchangeRefusedException(
                        ExchangeRefusal.AUDIENCE, "It is for no audience, or for more than one");
            }
            ExchangePolicy.Offer offer = ExchangePolicy.decide(
                    new ExchangePolicy.Wanted(
                            token.claims(), token.times(), issuer.settings(), request.scopes(), clock.instant()),
                    found.trusts());
            return newToken(request, token, issuer, offer);
        } catch (ExchangeRefusedException e) {
            ExchangeRefusedException told = e.with("issuer", shown(token.issuer()))
                    .with("audience", shown(String.join(" ", token.audiences())));
            throw told.tenantId() == null && found.trusts().size() == 1
                    ? told.of(found.trusts().getFirst())
                    : told;
        }
    }

    private void verify(IdentityToken token, Issuer issuer) {
        token.checkAlgorithm();
        try {
            token.verify(keys.of(issuer, token.jws()).of(token.jws()));
        } catch (IssuerKeys.UnavailableException e) {
            throw new ExchangeRefusedException(
                    ExchangeRefusal.ISSUER_UNAVAILABLE, "Its issuer gives no keys: " + e.getMessage());
        } catch (IssuerKeys.BusyException e) {
            throw new ProblemException(ProblemType.UNAVAILABLE, "Others wait for the keys of issuers already");
        }
    }

    private ExchangedTokens.NewToken newToken(
            ExchangeRequest request, IdentityToken token, Issuer issuer, ExchangePolicy.Offer offer) {
        Trust trust = offer.trust();
        List<String> names = trust.settings().caches();
        List<CachePattern> patterns = trust.patterns();
        if (request.cache() != null) {
            names = List.of(request.cache());
            patterns = List.of(one(trust, request.cache()));
        }
        return new ExchangedTokens.NewToken(
                issuer,
                trust,
                offer.scopes(),
                names,
                patterns,
                Provenance.of(issuer.settings(), trust, token.claims()),
                issuer.settings().reuse() ? null : use(token, request.idempotencyKey()));
    }

    /** The cache that is asked for, if the trust is about it. */
    private CachePattern one(Trust trust, String name) {
        Optional<Cache> cache = caches.now().find(trust.tenant() + "/" + name);
        Grant grant = new Grant(trust.settings().scopes(), trust.patterns());
        if (cache.isEmpty() || !grant.matches(Target.of(cache.get()))) {
            throw new ExchangeRefusedException(ExchangeRefusal.RESOURCE, "The trust is not for the cache " + name)
                    .of(trust);
        }
        return new CachePattern(trust.tenant(), name, cache.get().id());
    }

    private static UsedTokens.Use use(IdentityToken token, @Nullable String key) {
        Long end = token.times().expiresAt();
        // it has one: the policy has seen to that
        Instant until = Instant.ofEpochSecond((end == null ? 0 : end) + ExchangePolicy.LEEWAY);
        return new UsedTokens.Use(token.digest(), until, key == null ? null : hash(key));
    }

    private static String hash(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(HashAlgorithm.SHA256.newDigest().digest(bytes));
    }

    private void record(ExchangeRefusedException refused) {
        counts.increment(refused.refusal().text());
        AuditEvent event = AuditEvent.of(AuditAction.EXCHANGE_REFUSED)
                .detail("kind", refused.refusal().text());
        for (Map.Entry<String, Object> fact : refused.facts().entrySet()) {
            event = event.detail(fact.getKey(), fact.getValue());
        }
        audit.refused(refused.tenantId() == null ? event : event.tenant(refused.tenantId()), refused.reason());
    }

    private static String shown(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }
}
