package io.narthex.trust;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an identity token that was exchanged, and so of each path that the token for it publishes.
 *
 * @param issuer who vouched for it
 * @param trust the name of the trust that took it
 * @param claims those that were checked, and those that name the build
 * @param repository null, as all that follows: the token did not say
 */
public record Provenance(
        String issuer,
        String trust,
        Map<String, String> claims,
        @Nullable String repository,
        @Nullable String commit,
        @Nullable String ref,
        @Nullable String workflow,
        @Nullable String run) {
    /** Of GitHub, GitLab, Buildkite and OpenID Connect Core 1.0, 5.1: who started the build is not kept. */
    private static final Set<String> PERSONS = Set.of(
            "actor",
            "actor_id",
            "triggering_actor",
            "user_id",
            "user_login",
            "user_email",
            "user_access_level",
            "build_creator",
            "email",
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "phone_number");

    /** Characters of one claim; a ref may be long. */
    private static final int LONGEST = 500;

    public Provenance {
        claims = Map.copyOf(claims);
    }

    /** Of a token that a trust has taken. */
    static Provenance of(Issuer.Settings issuer, Trust trust, Claims claims) {
        BuildClaims build = issuer.kind().build();
        Set<String> names = new TreeSet<>(trust.settings().claims().keySet());
        names.addAll(issuer.required());
        names.addAll(issuer.kind().push().values().keySet());
        names.addAll(issuer.kind().push().exact());
        names.addAll(build.all());
        names.removeAll(PERSONS);
        Map<String, String> kept = new TreeMap<>();
        for (String name : names) {
            String value = claims.shown(name);
            if (value != null) {
                kept.put(name, value.length() <= LONGEST ? value : value.substring(0, LONGEST));
            }
        }
        return new Provenance(
                issuer.url(),
                trust.name(),
                kept,
                kept.get(build.repository()),
                kept.get(build.commit()),
                kept.get(build.ref()),
                kept.get(build.workflow()),
                kept.get(build.run()));
    }

    /** What the token is noted as: enough to recognise it in a list. */
    String note() {
        StringBuilder note = new StringBuilder("trust ").append(trust);
        if (repository != null) {
            note.append(", ").append(repository);
        }
        if (run != null) {
            note.append(", run ").append(run);
        }
        return note.toString();
    }
}
