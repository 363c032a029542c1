package io.narthex.trust;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Issuers and trusts of tests, and what their tokens say. */
final class SampleTrust {
    static final String ISSUER = "https://token.example.com";
    static final String AUDIENCE = "https://cache.example.com/acme";
    static final String WORKFLOW = "acme/app/.github/workflows/ci.yml@refs/heads/main";

    private SampleTrust() {}

    static Issuer.Settings issuer(IssuerKind kind) {
        return new Issuer.Settings(ISSUER, kind, null, null, false, Issuer.USUAL_LIFETIME_SECONDS);
    }

    /** Of a build on GitHub that may push. */
    static Map<String, Object> claims() {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("repository", "acme/app");
        claims.put("repository_id", "1");
        claims.put("repository_owner_id", "2");
        claims.put("ref", "refs/heads/main");
        claims.put("ref_protected", "true");
        claims.put("sha", "c0ffee");
        claims.put("event_name", "push");
        claims.put("workflow", "release");
        claims.put("job_workflow_ref", WORKFLOW);
        claims.put("run_id", "77");
        claims.put("actor", "octocat");
        return claims;
    }

    /** What {@link #claims} matches. */
    static Map<String, List<String>> bound() {
        Map<String, List<String>> bound = new LinkedHashMap<>();
        bound.put("repository_id", List.of("1"));
        bound.put("repository_owner_id", List.of("2"));
        bound.put("job_workflow_ref", List.of(WORKFLOW));
        return bound;
    }

    static Trust.Settings settings(Map<String, List<String>> claims, Set<Scope> scopes, List<String> caches) {
        return new Trust.Settings(ISSUER, AUDIENCE, claims, Map.of(), scopes, caches, Trust.USUAL_TTL_SECONDS);
    }

    static Trust.Settings allowing(Trust.Settings settings, Map<String, List<String>> allow) {
        return new Trust.Settings(
                settings.issuer(),
                settings.audience(),
                settings.claims(),
                allow,
                settings.scopes(),
                settings.caches(),
                settings.ttlSeconds());
    }

    static List<CachePattern> patterns(List<String> caches) {
        List<CachePattern> patterns = new ArrayList<>();
        for (String cache : caches) {
            patterns.add(new CachePattern("acme", cache, null).of(cache.length()));
        }
        return caches.isEmpty() ? List.of(new CachePattern("acme", "*", null)) : patterns;
    }

    static Trust trust(String name, Trust.Settings settings) {
        return trust(7, name, settings);
    }

    static Trust trust(int tenant, String name, Trust.Settings settings) {
        return new Trust(
                1,
                tenant,
                "acme",
                name,
                settings,
                patterns(settings.caches()),
                0,
                Instant.parse("2026-11-01T00:00:00Z"));
    }

    /** The same claims with another value; null: without it. */
    static Map<String, Object> with(Map<String, Object> claims, String name, @Nullable Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(claims);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return changed;
    }
}
