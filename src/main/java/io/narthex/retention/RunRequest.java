package io.narthex.retention;

import io.narthex.http.JsonBody;
import io.narthex.http.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A run of the collector that somebody wants.
 *
 * @param dryRun whether it only says what would go
 * @param force whether it may remove more than half of the cache
 */
record RunRequest(boolean dryRun, boolean force) {
    /**
     * Reads the body of a POST.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static RunRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.read(body, List.of("dryRun", "force"));
        return new RunRequest(
                json.bool("dryRun").or(false, false), json.bool("force").or(false, false));
    }
}
