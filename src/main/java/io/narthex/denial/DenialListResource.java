package io.narthex.denial;

import io.narthex.cache.Cache;
import io.narthex.http.Page;
import io.narthex.http.RequestText;
import io.narthex.http.RequestUrl;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.NameRule;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists, shows, makes and lifts the rules of one cache, or of the server where the cache is null. */
abstract class DenialListResource {
    @Inject
    DenialAdministration denials;

    @Inject
    DenialMaker maker;

    @Inject
    RequestUrl url;

    Response page(@Nullable Cache cache, @Nullable String limit, @Nullable String after) {
        Page page = Page.parse(limit, after, NameRule.FORM);
        List<DenialResponse> found = denials.list(cache, page.after(), page.limit() + 1);
        return Response.ok(page.listing(found, rule -> rule, DenialResponse::name))
                .build();
    }

    Response show(@Nullable Cache cache, String rule) {
        return Response.ok(denials.get(cache, rule)).build();
    }

    /** A well-formed request for a rule; in a dry run it is only said what the rule would do. */
    record Asked(String rule, boolean isDryRun, DenialRequest request) {
        static Asked parse(String rule, String dryRun, InputStream body) throws IOException {
            DenialRequest request = DenialRequest.read(body);
            if (!NameRule.allows(rule)) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST,
                        "The name of a rule must be " + NameRule.SENTENCE + RequestText.met(rule));
            }
            if (!dryRun.equals("true") && !dryRun.equals("false")) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST, "dryRun must be true or false" + RequestText.met(dryRun));
            }
            return new Asked(rule, dryRun.equals("true"), request);
        }
    }

    /**
     * Makes or changes a rule.
     *
     * @param path of the list, without a slash at its end
     */
    Response make(Asked asked, @Nullable Cache cache, String path) {
        if (asked.isDryRun()) {
            return Response.ok(denials.effect(cache, asked.rule(), asked.request()))
                    .build();
        }
        DenialAdministration.Put put = maker.put(cache, asked.rule(), asked.request());
        Response.ResponseBuilder response =
                put.made() ? Response.created(url.base().resolve(path + "/" + asked.rule())) : Response.ok();
        return response.entity(put.rule()).build();
    }

    Response end(@Nullable Cache cache, String rule) {
        denials.lift(cache, rule);
        return Response.noContent().build();
    }
}
