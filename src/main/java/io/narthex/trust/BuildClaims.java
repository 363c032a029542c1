package io.narthex.trust;

import java.util.List;

/**
 * Names the claims that say which build a token is of.
 *
 * @param repository whose source was built
 * @param commit of that source
 * @param ref the branch or tag
 * @param workflow what was run
 * @param run which run of it
 */
record BuildClaims(String repository, String commit, String ref, String workflow, String run) {
    List<String> all() {
        return List.of(repository, commit, ref, workflow, run);
    }
}
