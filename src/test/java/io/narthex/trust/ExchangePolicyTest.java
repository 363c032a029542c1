package io.narthex.trust;

import static io.narthex.trust.SampleTrust.bound;
import static io.narthex.trust.SampleTrust.claims;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.access.token.Scope;
import io.narthex.trust.ExchangePolicy.Offer;
import io.narthex.trust.ExchangePolicy.Wanted;
import io.narthex.trust.IdentityToken.Times;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangePolicyTest {
    private static final long NOW = 1_800_000_000;
    private static final Set<Scope> BOTH = Set.of(Scope.PULL, Scope.PUSH);

    private final Trust trust = SampleTrust.trust("main", SampleTrust.settings(bound(), BOTH, List.of("ci")));

    private static Wanted wanted(Map<String, Object> claims, IssuerKind kind, Scope... scopes) {
        return new Wanted(
                new Claims(claims),
                new Times(NOW - 10, NOW - 10, NOW + 290),
                SampleTrust.issuer(kind),
                Set.of(scopes),
                Instant.ofEpochSecond(NOW));
    }

    private static Wanted at(Times times) {
        return new Wanted(
                new Claims(claims()),
                times,
                SampleTrust.issuer(IssuerKind.GITHUB),
                Set.of(),
                Instant.ofEpochSecond(NOW));
    }

    private static ExchangeRefusal refusal(Wanted wanted, Trust... trusts) {
        return catchThrowableOfType(
                        ExchangeRefusedException.class, () -> ExchangePolicy.decide(wanted, List.of(trusts)))
                .refusal();
    }

    @Test
    void givesWhatTheTrustGives() {
        Offer offer = ExchangePolicy.decide(wanted(claims(), IssuerKind.GITHUB), List.of(trust));
        assertThat(offer.scopes()).isEqualTo(BOTH);
        assertThat(ExchangePolicy.decide(wanted(claims(), IssuerKind.GITHUB, Scope.PULL), List.of(trust))
                        .scopes())
                .containsExactly(Scope.PULL);
    }

    @ParameterizedTest
    @CsvSource({
        "repository_id,       3,   REQUIRED_CLAIM",
        "repository_owner_id, ,    REQUIRED_CLAIM",
        "job_workflow_ref,    x,   CLAIM",
        "job_workflow_ref,    ,    CLAIM",
    })
    void refusesAClaimThatIsAnotherOrNone(String claim, @Nullable String value, ExchangeRefusal refusal) {
        assertThat(refusal(wanted(SampleTrust.with(claims(), claim, value), IssuerKind.GITHUB), trust))
                .isEqualTo(refusal);
    }

    @Test
    void matchesNoClaimThatIsNoText() {
        assertThat(refusal(wanted(SampleTrust.with(claims(), "repository_id", 1), IssuerKind.GITHUB), trust))
                .isEqualTo(ExchangeRefusal.REQUIRED_CLAIM);
    }

    @Test
    void tellsWhichClaimFailedAndNotThePattern() {
        Map<String, List<String>> claims = new TreeMap<>(bound());
        claims.put("ref", List.of("refs/heads/secret-*"));
        Trust narrow = SampleTrust.trust("main", SampleTrust.settings(claims, BOTH, List.of("ci")));
        ExchangeRefusedException refused = catchThrowableOfType(
                ExchangeRefusedException.class,
                () -> ExchangePolicy.decide(wanted(claims(), IssuerKind.GITHUB), List.of(narrow)));
        assertThat(refused.told()).isEqualTo("The claim ref does not match");
        assertThat(refused.facts())
                .containsEntry("claim", "ref")
                .containsEntry("value", "refs/heads/main")
                .containsEntry("expected", List.of("refs/heads/secret-*"));
        assertThat(refused.tenantId()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        // iat, nbf, exp, each from now
        "-10,   -10,  290, ",
        "-300,  -300, -59, ",
        "-300,  -300, -60, EXPIRED",
        "60,    60,   300, ",
        "61,    0,    300, NOT_YET_VALID",
        "0,     61,   300, NOT_YET_VALID",
        "-3300, ,     300, ",
        "-3301, ,     300, LIFETIME",
        "-10,   -10,  ,    LIFETIME",
        ",      ,     3601, LIFETIME",
        ",      ,     3600, ",
    })
    void looksAtTheTimes(
            @Nullable Long made, @Nullable Long begins, @Nullable Long ends, @Nullable ExchangeRefusal refusal) {
        Times times = new Times(
                made == null ? null : NOW + made,
                begins == null ? null : NOW + begins,
                ends == null ? null : NOW + ends);
        if (refusal == null) {
            assertThat(ExchangePolicy.decide(at(times), List.of(trust)).scopes())
                    .isEqualTo(BOTH);
        } else {
            assertThat(refusal(at(times), trust)).isEqualTo(refusal);
        }
    }

    @Test
    void isNotMisledByNumbersWithoutMeasure() {
        assertThat(refusal(at(new Times(NOW, null, Long.MAX_VALUE)), trust)).isEqualTo(ExchangeRefusal.LIFETIME);
        assertThat(refusal(at(new Times(Long.MIN_VALUE, null, NOW + 10)), trust))
                .isEqualTo(ExchangeRefusal.LIFETIME);
        assertThat(refusal(at(new Times(Long.MAX_VALUE, null, NOW + 10)), trust))
                .isEqualTo(ExchangeRefusal.NOT_YET_VALID);
    }

    /** Who may not push gets the rest of what the trust gives. */
    @ParameterizedTest
    @CsvSource({
        "event_name,    workflow_dispatch,   true",
        "event_name,    merge_group,         true",
        "event_name,    pull_request,        false",
        "event_name,    pull_request_target, false",
        "event_name,    issue_comment,       false",
        "event_name,    ,                    false",
        "ref_protected, false,               false",
        "ref_protected, ,                    false",
    })
    void letsOnlyProtectedBuildsOfGitHubPush(String claim, @Nullable String value, boolean pushes) {
        Map<String, Object> changed = SampleTrust.with(claims(), claim, value);
        assertThat(ExchangePolicy.decide(wanted(changed, IssuerKind.GITHUB), List.of(trust))
                        .scopes()
                        .contains(Scope.PUSH))
                .isEqualTo(pushes);
        if (!pushes) {
            assertThat(refusal(wanted(changed, IssuerKind.GITHUB, Scope.PUSH), trust))
                    .isEqualTo(ExchangeRefusal.PUSH);
            Trust pushOnly = SampleTrust.trust("p", SampleTrust.settings(bound(), Set.of(Scope.PUSH), List.of("ci")));
            assertThat(refusal(wanted(changed, IssuerKind.GITHUB), pushOnly)).isEqualTo(ExchangeRefusal.PUSH);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "push,                        true,  true",
        "schedule,                    true,  true",
        "merge_request_event,         true,  false",
        "external_pull_request_event, true,  false",
        "parent_pipeline,             true,  false",
        "push,                        false, false",
    })
    void letsOnlyProtectedBuildsOfGitLabPush(String source, String isProtected, boolean pushes) {
        Trust gitlab = SampleTrust.trust(
                "main", SampleTrust.settings(Map.of("project_id", List.of("1")), BOTH, List.of("ci")));
        Map<String, Object> claims = Map.of("project_id", "1", "pipeline_source", source, "ref_protected", isProtected);
        assertThat(ExchangePolicy.decide(wanted(claims, IssuerKind.GITLAB), List.of(gitlab))
                        .scopes()
                        .contains(Scope.PUSH))
                .isEqualTo(pushes);
    }

    @Test
    void letsATrustAskForLess() {
        Trust lenient = SampleTrust.trust(
                "pr",
                SampleTrust.allowing(
                        trust.settings(), Map.of("event_name", List.of("pull_request"), "ref_protected", List.of())));
        Map<String, Object> pull =
                SampleTrust.with(SampleTrust.with(claims(), "event_name", "pull_request"), "ref_protected", null);
        assertThat(ExchangePolicy.decide(wanted(pull, IssuerKind.GITHUB), List.of(lenient))
                        .scopes())
                .isEqualTo(BOTH);
        assertThat(refusal(wanted(claims(), IssuerKind.GITHUB, Scope.PUSH), lenient))
                .isEqualTo(ExchangeRefusal.PUSH);
    }

    @Test
    void givesNoScopeThatTheTrustDoesNot() {
        Trust pull = SampleTrust.trust("p", SampleTrust.settings(bound(), Set.of(Scope.PULL), List.of("ci")));
        assertThat(refusal(wanted(claims(), IssuerKind.GITHUB, Scope.PUSH), pull))
                .isEqualTo(ExchangeRefusal.SCOPE);
        assertThat(refusal(wanted(claims(), IssuerKind.GITHUB, Scope.ADMINISTER), trust))
                .isEqualTo(ExchangeRefusal.SCOPE);
    }

    @Test
    void takesTheTrustThatGivesMostOfOneTenantAndNoneOfTwo() {
        Trust pull = SampleTrust.trust("a", SampleTrust.settings(bound(), Set.of(Scope.PULL), List.of("ci")));
        Wanted wanted = wanted(claims(), IssuerKind.GITHUB);
        assertThat(ExchangePolicy.decide(wanted, List.of(pull, trust)).trust().name())
                .isEqualTo("main");
        Trust other = SampleTrust.trust(8, "b", trust.settings());
        assertThat(refusal(wanted, trust, other)).isEqualTo(ExchangeRefusal.AMBIGUOUS);
    }

    @Test
    void refusesWhatNoTrustIsAbout() {
        assertThat(refusal(wanted(claims(), IssuerKind.GITHUB))).isEqualTo(ExchangeRefusal.AUDIENCE);
    }
}
