package io.narthex.trust;

import static io.narthex.trust.SampleTrust.bound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.access.token.Scope;
import io.narthex.trust.TrustException.Impossible;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustPolicyTest {
    private static final Set<Scope> BOTH = Set.of(Scope.PULL, Scope.PUSH);

    private static void check(Trust.Settings trust, IssuerKind kind) {
        TrustPolicy.check(trust, SampleTrust.issuer(kind), SampleTrust.patterns(trust.caches()));
    }

    private static Trust.Settings trust(Map<String, List<String>> claims, Set<Scope> scopes) {
        return SampleTrust.settings(claims, scopes, List.of("ci"));
    }

    private static Map<String, List<String>> changed(String claim, String... values) {
        Map<String, List<String>> claims = new TreeMap<>(bound());
        if (values.length == 0) {
            claims.remove(claim);
        } else {
            claims.put(claim, List.of(values));
        }
        return claims;
    }

    @Test
    void takesATrustThatBindsWhatMustBeBound() {
        assertThatCode(() -> check(trust(bound(), BOTH), IssuerKind.GITHUB)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"repository_id", "repository_owner_id", "job_workflow_ref"})
    void refusesOneThatBindsAClaimToNothingOrToAPattern(String claim) {
        assertThatThrownBy(() -> check(trust(changed(claim), BOTH), IssuerKind.GITHUB))
                .isInstanceOf(Impossible.class)
                .hasMessageContaining(claim);
        assertThatThrownBy(() -> check(trust(changed(claim, "x", "a*"), BOTH), IssuerKind.GITHUB))
                .isInstanceOf(Impossible.class)
                .hasMessageContaining(claim);
    }

    @Test
    void wantsTheWorkflowOnlyOfWhatPushes() {
        assertThatCode(() -> check(trust(changed("job_workflow_ref"), Set.of(Scope.PULL)), IssuerKind.GITHUB))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "GITLAB,     project_id",
        "BUILDKITE,  pipeline_id",
        "BUILDKITE,  organization_id",
        "BUILDKITE,  build_branch",
        "KUBERNETES, sub",
        "GENERIC,    sub"
    })
    void wantsOfEachKindWhatNamesABuild(IssuerKind kind, String claim) {
        Map<String, List<String>> claims = new TreeMap<>();
        kind.requiredClaims().forEach(name -> claims.put(name, List.of("1")));
        kind.push().exact().forEach(name -> claims.put(name, List.of("1")));
        assertThatCode(() -> check(trust(claims, BOTH), kind)).doesNotThrowAnyException();
        claims.remove(claim);
        claims.put("other", List.of("1"));
        assertThatThrownBy(() -> check(trust(claims, BOTH), kind)).hasMessageContaining(claim);
    }

    @Test
    void followsTheIssuerThatSaysOtherwise() {
        Issuer.Settings issuer = new Issuer.Settings(
                SampleTrust.ISSUER, IssuerKind.GENERIC, List.of("team"), null, false, Issuer.USUAL_LIFETIME_SECONDS);
        Trust.Settings trust = trust(Map.of("sub", List.of("x")), BOTH);
        assertThatThrownBy(() -> TrustPolicy.check(trust, issuer, List.of())).hasMessageContaining("team");
    }

    @Test
    void lessIsAllowedOnlyWhereNothingElseIsPushed() {
        Map<String, List<String>> allow = Map.of("event_name", List.of("pull_request"));
        Trust.Settings one = SampleTrust.allowing(trust(bound(), BOTH), allow);
        assertThatCode(() -> check(one, IssuerKind.GITHUB)).doesNotThrowAnyException();
        Trust.Settings all = SampleTrust.allowing(SampleTrust.settings(bound(), BOTH, List.of("pr-*")), allow);
        assertThatThrownBy(() -> check(all, IssuerKind.GITHUB)).hasMessageContaining("one by one");
        Trust.Settings other = SampleTrust.allowing(trust(bound(), BOTH), Map.of("actor", List.of()));
        assertThatThrownBy(() -> check(other, IssuerKind.GITHUB)).hasMessageContaining("actor");
    }

    /** From caches, claims, scopes and seconds of before to those of after. */
    @ParameterizedTest
    @CsvSource({
        "ci,    1,   pull,      600, ci,    1,   pull,      600, true",
        "ci,    1,   pull,      600, ci,    1 2, pull,      600, true",
        "ci,    1,   pull,      600, ci x1, 1,   pull push, 900, true",
        "ci,    1,   pull,      600, '',    1,   pull,      600, true",
        "'',    1,   pull,      600, ci,    1,   pull,      600, false",
        "ci x1, 1,   pull,      600, ci,    1,   pull,      600, false",
        "ci,    1 2, pull,      600, ci,    1,   pull,      600, false",
        "ci,    1,   pull,      600, ci,    2,   pull,      600, false",
        "ci,    1,   pull push, 600, ci,    1,   pull,      600, false",
        "ci,    1,   pull,      600, ci,    1,   pull,      599, false",
    })
    void narrowsWhereATokenOfBeforeCouldNotBeMadeAgain(
            String caches,
            String ids,
            String scopes,
            int seconds,
            String cachesAfter,
            String idsAfter,
            String scopesAfter,
            int secondsAfter,
            boolean keeps) {
        Trust before = SampleTrust.trust("t", of(caches, ids, scopes, seconds));
        Trust.Settings after = of(cachesAfter, idsAfter, scopesAfter, secondsAfter);
        assertThat(TrustPolicy.keeps(before, after, SampleTrust.patterns(after.caches())))
                .isEqualTo(keeps);
    }

    @Test
    void narrowsByOneClaimMoreAndNotByOneLess() {
        Trust.Settings one = of("ci", "1", "pull", 600);
        Map<String, List<String>> more = new TreeMap<>(one.claims());
        more.put("ref", List.of("*"));
        Trust.Settings two = SampleTrust.settings(more, one.scopes(), one.caches());
        Trust.Settings longer = SampleTrust.settings(one.claims(), one.scopes(), one.caches());
        assertThat(TrustPolicy.keeps(SampleTrust.trust("t", longer), two, SampleTrust.patterns(two.caches())))
                .isFalse();
        assertThat(TrustPolicy.keeps(SampleTrust.trust("t", two), longer, SampleTrust.patterns(two.caches())))
                .isTrue();
    }

    private static Trust.Settings of(String caches, String ids, String scopes, int seconds) {
        return new Trust.Settings(
                SampleTrust.ISSUER,
                SampleTrust.AUDIENCE,
                Map.of("sub", List.of(ids.split(" ", -1))),
                Map.of(),
                scopes.equals("pull") ? Set.of(Scope.PULL) : BOTH,
                caches.isEmpty() ? List.of() : List.of(caches.split(" ", -1)),
                seconds);
    }
}
