package io.narthex.trust;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Whose claims the tokens of an issuer have. */
@SuppressWarnings("ImmutableEnumChecker") // its lists, maps and sets are those of List.of, Map.of and Set.of
enum IssuerKind {
    /** GitHub: docs.github.com, "OpenID Connect reference". */
    GITHUB(
            List.of("repository_id", "repository_owner_id"),
            new BuildClaims("repository", "sha", "ref", "workflow", "run_id"),
            new PushRule(
                    Map.of(
                            "event_name", Set.of("push", "workflow_dispatch", "schedule", "release", "merge_group"),
                            "ref_protected", Set.of("true")),
                    Set.of("job_workflow_ref"))),
    /** GitLab: docs.gitlab.com, "ID token authentication". A child pipeline may be a merge request's. */
    GITLAB(
            List.of("project_id"),
            new BuildClaims("project_path", "sha", "ref", "ci_config_ref_uri", "pipeline_id"),
            new PushRule(
                    Map.of(
                            "pipeline_source",
                                    Set.of("push", "web", "schedule", "api", "trigger", "pipeline", "chat", "external"),
                            "ref_protected", Set.of("true")),
                    Set.of())),
    /** Buildkite: buildkite.com/docs, "buildkite-agent oidc". */
    BUILDKITE(
            List.of("organization_id", "pipeline_id"),
            new BuildClaims("pipeline_slug", "build_commit", "build_branch", "step_key", "build_number"),
            new PushRule(Map.of(), Set.of("build_branch"))),
    /** Service accounts of a cluster: their sub names namespace and account. */
    KUBERNETES(
            List.of("sub"),
            new BuildClaims("repository", "sha", "ref", "workflow", "run_id"),
            new PushRule(Map.of(), Set.of())),
    GENERIC(
            List.of("sub"),
            new BuildClaims("repository", "sha", "ref", "workflow", "run_id"),
            new PushRule(Map.of(), Set.of()));

    private final List<String> requiredClaims;
    private final BuildClaims build;
    private final PushRule push;

    IssuerKind(List<String> requiredClaims, BuildClaims build, PushRule push) {
        this.requiredClaims = requiredClaims;
        this.build = build;
        this.push = push;
    }

    /**
     * What a build must be to push.
     *
     * @param values claims that must have one of these values
     * @param exact claims that the trust must bind to exact values
     */
    record PushRule(Map<String, Set<String>> values, Set<String> exact) {
        PushRule {
            values = Map.copyOf(values);
            exact = Set.copyOf(exact);
        }

        boolean isAbout(String claim) {
            return values.containsKey(claim) || exact.contains(claim);
        }
    }

    /** As JSON and the table have it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one of that text, which the table's check allows. */
    static IssuerKind of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** What every trust must bind to exact values, unless its issuer says otherwise: names that are never used again. */
    List<String> requiredClaims() {
        return requiredClaims;
    }

    BuildClaims build() {
        return build;
    }

    PushRule push() {
        return push;
    }
}
