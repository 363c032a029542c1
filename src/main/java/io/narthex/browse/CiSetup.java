package io.narthex.browse;

import io.narthex.http.BaseUrl;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Writes the step by which a build gets a token and pushes, and the trust that it needs. The step works where it is pasted; the
 * trust wants the names in capitals replaced.
 *
 * @param tenant the name of the cache's tenant
 * @param cache its own
 * @param server where the API is
 * @param pushUrl to push to
 */
record CiSetup(String tenant, String cache, BaseUrl server, BaseUrl pushUrl) {
    /**
     * The identity token comes on standard input, so that no list of processes shows it. curl of 2021 knows
     * {@code --fail-with-body}: a refusal is shown.
     */
    private static final String EXCHANGE = """
        curl -sS --fail-with-body --retry 3 -o narthex-netrc -H 'Accept: text/plain' \\
          -H "Idempotency-Key: $(date +%s)-$$" \\
          -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\
          -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \\
          -d resource=/@CACHE@ --data-urlencode subject_token@- '@SERVER@/api/v1/oidc/token' ||
          { cat narthex-netrc >&2; exit 1; }
        """;

    private static final String COPY = """
        nix --extra-experimental-features nix-command copy --option netrc-file "$PWD/narthex-netrc" --refresh \\
          --to '@PUSH_URL@' ./result
        """;

    String step(CiKind kind) {
        return switch (kind) {
            case GITHUB -> github();
            case GITLAB -> gitlab();
            case BUILDKITE -> buildkite();
            case KUBERNETES -> kubernetes();
        };
    }

    private String audience() {
        return server.text() + "/" + tenant;
    }

    private String exchange() {
        return EXCHANGE.replace("@CACHE@", tenant + "/" + cache).replace("@SERVER@", server.text());
    }

    private String copy() {
        return COPY.replace("@PUSH_URL@", pushUrl.text());
    }

    private String github() {
        String encoded = URLEncoder.encode(audience(), StandardCharsets.UTF_8);
        return trust("https://token.actions.githubusercontent.com", """
            "repository_id":["ID"],"repository_owner_id":["ID"],
            #     "job_workflow_ref":["OWNER/REPO/.github/workflows/FILE.yml@refs/heads/main"]\
            """)
                + """
                # Steps of a job, behind the one that makes ./result. The job needs
                #   permissions: {id-token: write, contents: read}
                - name: Log in to %1$s/%2$s
                  shell: bash
                  run: |
                    set -euo pipefail
                    umask 077
                    printf 'header = "Authorization: Bearer %%s"\\n' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
                      curl -sS --fail -K - "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=%3$s" |
                      sed 's/.*"value" *: *"\\([^"]*\\)".*/\\1/' | tr -d '\\n' |
                """.formatted(tenant, cache, encoded)
                + indented(exchange(), 6)
                + "- name: Push to " + tenant + "/" + cache + "\n  shell: bash\n  run: |\n" + indented(copy(), 4);
    }

    private String gitlab() {
        return trust("https://gitlab.com", """
            "project_id":["ID"],"ref":["main"]\
            """)
                + """
                # A job of .gitlab-ci.yml, whose script first makes ./result
                push-to-%2$s:
                  id_tokens:
                    NARTHEX_ID_TOKEN:
                      aud: %3$s
                  script:
                    - |
                      umask 077
                      printf %%s "$NARTHEX_ID_TOKEN" |
                """.formatted(tenant, cache, audience())
                + indented(exchange(), 8)
                + "    - |\n" + indented(copy(), 6);
    }

    /** Buildkite replaces variables itself where a dollar sign is not doubled. */
    private String buildkite() {
        return trust("https://agent.buildkite.com", """
            "organization_id":["ID"],"pipeline_id":["ID"],"build_branch":["main"]\
            """)
                + """
                # A step of pipeline.yml, whose command first makes ./result
                - label: Push to %1$s/%2$s
                  command: |
                    umask 077
                    buildkite-agent oidc request-token --audience '%3$s' | tr -d '\\n' |
                """.formatted(tenant, cache, audience())
                + indented(exchange().replace("$", "$$"), 6)
                + indented(copy().replace("$", "$$"), 4);
    }

    private String kubernetes() {
        return trust("https://ISSUER-OF-THE-CLUSTER", """
            "sub":["system:serviceaccount:NAMESPACE:ACCOUNT"]\
            """)
                + """
                # The issuer of a cluster: kubectl get --raw /.well-known/openid-configuration; it needs "reuse":true, since a pod
                # keeps its token. What a pod needs, in which the container's command first makes ./result
                spec:
                  serviceAccountName: ACCOUNT
                  volumes:
                  - name: narthex
                    projected:
                      sources:
                      - serviceAccountToken: {path: token, audience: '%3$s', expirationSeconds: 600}
                  containers:
                  - name: push
                    image: nixos/nix
                    volumeMounts:
                    - {name: narthex, mountPath: /var/run/secrets/narthex}
                    command: [sh, -ec]
                    args:
                    - |
                      umask 077
                      tr -d '\\n' < /var/run/secrets/narthex/token |
                """.formatted(tenant, cache, audience())
                + indented(exchange(), 8)
                + indented(copy(), 6);
    }

    /** The trust as a comment: it is made once, by somebody else than the build. */
    private String trust(String issuer, String claims) {
        return """
            # Once, as who administers %1$s, with what stands here in capitals replaced; the server's administrator allows the issuer:
            #   curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -X PUT \\
            #     %2$s/api/v1/tenants/%1$s/trusts/NAME -d '{"issuer":"%3$s","claims":{
            #     %4$s},
            #     "audience":"%5$s","scopes":["pull","push"],"caches":["%6$s"]}'

            """.formatted(tenant, server.text(), issuer, claims.strip(), audience(), cache);
    }

    private static String indented(String lines, int spaces) {
        return lines.indent(spaces);
    }
}
