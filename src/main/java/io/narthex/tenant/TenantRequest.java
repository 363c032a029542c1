package io.narthex.tenant;

import io.narthex.http.JsonBody;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.quota.Quota;
import io.narthex.quota.QuotaRequest;
import io.narthex.quota.WhenFull;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The settings that somebody wants a tenant to have: an omitted one stays, null resets it. */
public record TenantRequest(QuotaRequest quota) {
    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    public static TenantRequest read(InputStream body) throws IOException {
        QuotaRequest quota = QuotaRequest.read(JsonBody.readPut(body, List.of("quota"), TenantResponse.class));
        if (quota.over(Quota.INITIAL, Quota.INITIAL).whenFull() != WhenFull.REFUSE) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "whenFull of a tenant is refuse: evict is for a cache, which gives up what is its own");
        }
        return new TenantRequest(quota);
    }
}
