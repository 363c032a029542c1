package io.narthex.trust;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.trust.IssuerKind.PushRule;
import io.narthex.trust.TrustException.Impossible;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Decides which settings a trust may have, and which changes of it end its tokens: pure functions. */
final class TrustPolicy {
    private TrustPolicy() {}

    /**
     * Goes on only if such a trust may be.
     *
     * @param issuer that it is about
     * @param patterns its caches
     * @throws Impossible saying what is missing
     */
    static void check(Trust.Settings trust, Issuer.Settings issuer, List<CachePattern> patterns) {
        if (trust.claims().isEmpty()) {
            throw new Impossible("claims must name one claim at least");
        }
        for (String claim : issuer.required()) {
            if (!trust.binds(claim)) {
                throw new Impossible("claims must bind " + claim + " to exact values: " + issuer.url()
                        + " gives its tokens to others, too");
            }
        }
        PushRule rule = issuer.kind().push();
        for (String claim : trust.allow().keySet()) {
            if (!rule.isAbout(claim)) {
                throw new Impossible("allow has " + claim + ", about which nothing is required of a push: it may have "
                        + (names(rule).isEmpty() ? "nothing here" : String.join(", ", names(rule))));
            }
        }
        // a build that anybody may start pushes, if at all, to where nothing else is
        if (!trust.allow().isEmpty() && !patterns.stream().allMatch(CachePattern::isPlain)) {
            throw new Impossible(
                    "A trust with allow names its caches one by one, so that what such builds push lies apart");
        }
        checkExact(trust, rule);
    }

    private static void checkExact(Trust.Settings trust, PushRule rule) {
        if (!trust.scopes().contains(Scope.PUSH)) {
            return;
        }
        for (String claim : rule.exact()) {
            if (!trust.binds(claim) && !trust.allow().containsKey(claim)) {
                throw new Impossible("A trust with the scope push must bind " + claim + " to exact values");
            }
        }
    }

    private static Set<String> names(PushRule rule) {
        Set<String> names = new TreeSet<>(rule.values().keySet());
        names.addAll(rule.exact());
        return names;
    }

    /** Whether each token that was made by the settings before could be made by those after, as long-lived and as mighty. */
    static boolean keeps(Trust before, Trust.Settings after, List<CachePattern> patterns) {
        Trust.Settings was = before.settings();
        return after.issuer().equals(was.issuer())
                && after.audience().equals(was.audience())
                && after.allow().equals(was.allow())
                && after.scopes().containsAll(was.scopes())
                && after.ttlSeconds() >= was.ttlSeconds()
                && keepsClaims(was.claims(), after.claims())
                && (after.caches().isEmpty() || (!was.caches().isEmpty() && patterns.containsAll(before.patterns())));
    }

    private static boolean keepsClaims(Map<String, List<String>> before, Map<String, List<String>> after) {
        return after.entrySet().stream().allMatch(entry -> {
            List<String> values = before.get(entry.getKey());
            return values != null && entry.getValue().containsAll(values);
        });
    }
}
