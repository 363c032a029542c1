package io.narthex.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.access.token.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProvenanceTest {
    @Test
    void keepsWhatWasCheckedAndWhatNamesTheBuildAndNoPerson() {
        Map<String, List<String>> bound = new TreeMap<>(SampleTrust.bound());
        bound.put("actor", List.of("octocat"));
        Trust trust = SampleTrust.trust("main", SampleTrust.settings(bound, Set.of(Scope.PUSH), List.of("ci")));

        Provenance kept = Provenance.of(SampleTrust.issuer(IssuerKind.GITHUB), trust, new Claims(SampleTrust.claims()));

        assertThat(kept.claims())
                .containsEntry("repository_id", "1")
                .containsEntry("event_name", "push")
                .containsEntry("sha", "c0ffee")
                .doesNotContainKey("actor");
        assertThat(kept.repository()).isEqualTo("acme/app");
        assertThat(kept.commit()).isEqualTo("c0ffee");
        assertThat(kept.ref()).isEqualTo("refs/heads/main");
        assertThat(kept.workflow()).isEqualTo("release");
        assertThat(kept.run()).isEqualTo("77");
        assertThat(kept.note()).isEqualTo("trust main, acme/app, run 77");
    }

    @Test
    void keepsNoTextWithANul() {
        Map<String, Object> claims = SampleTrust.with(SampleTrust.claims(), "run_id", "77\0");
        Trust trust =
                SampleTrust.trust("main", SampleTrust.settings(SampleTrust.bound(), Set.of(Scope.PUSH), List.of("ci")));

        Provenance kept = Provenance.of(SampleTrust.issuer(IssuerKind.GITHUB), trust, new Claims(claims));

        assertThat(kept.claims()).doesNotContainKey("run_id").containsEntry("sha", "c0ffee");
        assertThat(kept.run()).isNull();
    }

    @Test
    void namesABuildAsItsKindDoes() {
        Trust trust = SampleTrust.trust(
                "b", SampleTrust.settings(Map.of("pipeline_id", List.of("p")), Set.of(Scope.PULL), List.of()));
        Map<String, Object> claims = Map.of(
                "pipeline_id",
                "p",
                "pipeline_slug",
                "app",
                "build_commit",
                "c0ffee",
                "build_branch",
                "main",
                "build_number",
                12);

        Provenance kept = Provenance.of(SampleTrust.issuer(IssuerKind.BUILDKITE), trust, new Claims(claims));

        assertThat(kept.repository()).isEqualTo("app");
        assertThat(kept.commit()).isEqualTo("c0ffee");
        assertThat(kept.ref()).isEqualTo("main");
        assertThat(kept.workflow()).isNull();
        assertThat(kept.run()).as("Buildkite has it as a number").isEqualTo("12");
    }
}
