package io.narthex.trust;

import io.narthex.access.token.Scope;
import io.narthex.trust.IdentityToken.Times;
import io.narthex.trust.IssuerKind.PushRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Decides what is given for an identity token whose signature has been verified: a pure function. */
final class ExchangePolicy {
    /** How much clocks may differ, in seconds. */
    static final int LEEWAY = 60;

    private ExchangePolicy() {}

    /**
     * What may be given.
     *
     * @param trust by which
     * @param scopes of those that it gives
     */
    record Offer(Trust trust, Set<Scope> scopes) {
        Offer {
            scopes = Set.copyOf(scopes);
        }
    }

    /** What is wanted, of a token that has been verified. */
    record Wanted(Claims claims, Times times, Issuer.Settings issuer, Set<Scope> scopes, Instant now) {}

    /**
     * What one identity token is good for.
     *
     * @param trusts those of its issuer and its audience
     * @throws ExchangeRefusedException where it is nothing
     */
    static Offer decide(Wanted wanted, List<Trust> trusts) {
        if (trusts.isEmpty()) {
            throw new ExchangeRefusedException(
                    ExchangeRefusal.AUDIENCE, "No trust here is about this issuer and audience");
        }
        List<Trust> bound =
                trusts.stream().filter(trust -> missing(trust, wanted) == null).toList();
        if (bound.isEmpty()) {
            Trust first = trusts.getFirst();
            String claim = String.valueOf(missing(first, wanted));
            throw refused(
                    ExchangeRefusal.REQUIRED_CLAIM, "The claim " + claim + " does not match", first, wanted, claim);
        }
        checkTimes(wanted, bound.getFirst());
        List<Offer> offers = new ArrayList<>();
        List<ExchangeRefusedException> refusals = new ArrayList<>();
        for (Trust trust : bound) {
            try {
                offers.add(offer(trust, wanted));
            } catch (ExchangeRefusedException e) {
                refusals.add(e);
            }
        }
        return best(offers, refusals);
    }

    /** The mightiest: whoever holds the token could name that trust. Among tenants only the request can tell. */
    private static Offer best(List<Offer> offers, List<ExchangeRefusedException> refusals) {
        if (offers.isEmpty()) {
            // the one that came farthest tells most
            throw refusals.stream()
                    .max(Comparator.comparing(ExchangeRefusedException::refusal))
                    .orElseThrow();
        }
        if (offers.stream().map(offer -> offer.trust().tenantId()).distinct().count() > 1) {
            throw new ExchangeRefusedException(
                    ExchangeRefusal.AMBIGUOUS, "Trusts of several tenants match: resource must name the cache");
        }
        return offers.stream()
                .max(Comparator.comparingInt((Offer offer) -> offer.scopes().size())
                        .thenComparing(offer -> offer.trust().name(), Comparator.reverseOrder()))
                .orElseThrow();
    }

    /** The first claim that must be bound to exact values and is not, or is another; null: none. */
    private static @Nullable String missing(Trust trust, Wanted wanted) {
        for (String claim : wanted.issuer().required()) {
            if (!trust.settings().binds(claim) || !matches(trust, claim, wanted.claims())) {
                return claim;
            }
        }
        return null;
    }

    private static boolean matches(Trust trust, String claim, Claims claims) {
        String value = claims.text(claim);
        return value != null
                && trust.settings().claims().getOrDefault(claim, List.of()).stream()
                        .anyMatch(pattern -> ClaimPattern.matches(pattern, value));
    }

    private static void checkTimes(Wanted wanted, Trust trust) {
        long now = wanted.now().getEpochSecond();
        Times times = wanted.times();
        Long end = times.expiresAt();
        if (end == null) {
            throw new ExchangeRefusedException(ExchangeRefusal.LIFETIME, "The identity token has no end").of(trust);
        }
        if (now - LEEWAY >= end) {
            throw new ExchangeRefusedException(ExchangeRefusal.EXPIRED, "The identity token has expired").of(trust);
        }
        long begin = Math.max(or(times.notBefore(), Long.MIN_VALUE), or(times.issuedAt(), Long.MIN_VALUE));
        if (begin > now + LEEWAY) {
            throw new ExchangeRefusedException(ExchangeRefusal.NOT_YET_VALID, "The identity token is not valid yet")
                    .of(trust);
        }
        long made = or(times.issuedAt(), or(times.notBefore(), now));
        // a long that an issuer chose may be as great as it likes
        if (made < 0 || end - made > wanted.issuer().maxLifetimeSeconds()) {
            throw new ExchangeRefusedException(
                            ExchangeRefusal.LIFETIME,
                            "The identity token lives longer than "
                                    + wanted.issuer().maxLifetimeSeconds() + " seconds")
                    .of(trust);
        }
    }

    private static long or(@Nullable Long value, long otherwise) {
        return value == null ? otherwise : value;
    }

    private static Offer offer(Trust trust, Wanted wanted) {
        for (String claim : new TreeSet<>(trust.settings().claims().keySet())) {
            if (!matches(trust, claim, wanted.claims())) {
                throw refused(ExchangeRefusal.CLAIM, "The claim " + claim + " does not match", trust, wanted, claim);
            }
        }
        Set<Scope> given = EnumSet.copyOf(trust.settings().scopes());
        String forbids = given.contains(Scope.PUSH) ? forbidsPush(trust, wanted) : null;
        if (forbids != null) {
            given.remove(Scope.PUSH);
        }
        Set<Scope> scopes = wanted.scopes().isEmpty() ? given : wanted.scopes();
        boolean wantsPush = wanted.scopes().contains(Scope.PUSH);
        if (forbids != null && (wantsPush || given.isEmpty())) {
            throw refused(
                    ExchangeRefusal.PUSH, "The claim " + forbids + " does not allow to push", trust, wanted, forbids);
        }
        for (Scope scope : scopes) {
            if (!given.contains(scope) && !(scope == Scope.PULL && given.contains(Scope.PUSH))) {
                throw new ExchangeRefusedException(
                                ExchangeRefusal.SCOPE, "The trust does not give the scope " + scope.text())
                        .of(trust);
            }
        }
        return new Offer(trust, scopes);
    }

    /** The claim by which a build may not push; null: it may. */
    private static @Nullable String forbidsPush(Trust trust, Wanted wanted) {
        PushRule rule = wanted.issuer().kind().push();
        Map<String, List<String>> allow = trust.settings().allow();
        for (Map.Entry<String, Set<String>> each : rule.values().entrySet()) {
            List<String> allowed = allow.get(each.getKey());
            boolean any = allowed != null && allowed.isEmpty();
            String value = wanted.claims().flag(each.getKey());
            if (!any && (value == null || !(allowed == null ? each.getValue() : allowed).contains(value))) {
                return each.getKey();
            }
        }
        for (String claim : rule.exact()) {
            List<String> allowed = allow.get(claim);
            boolean holds = allowed == null
                    ? trust.settings().binds(claim)
                    : allowed.isEmpty()
                            || allowed.contains(String.valueOf(wanted.claims().text(claim)));
            if (!holds) {
                return claim;
            }
        }
        return null;
    }

    private static ExchangeRefusedException refused(
            ExchangeRefusal refusal, String sentence, Trust trust, Wanted wanted, String claim) {
        return new ExchangeRefusedException(refusal, sentence)
                .of(trust)
                .with("claim", claim)
                .with("value", shown(wanted.claims().values().get(claim)))
                .with("expected", trust.settings().claims().get(claim));
    }

    private static @Nullable String shown(@Nullable Object value) {
        String text = value == null ? null : value.toString();
        return text == null || text.length() <= 200 ? text : text.substring(0, 200);
    }
}
