package io.narthex.console;

import io.narthex.console.format.PageText;
import io.narthex.upstream.HealthResponse;
import io.narthex.upstream.UpstreamDirectory;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

/** The other caches that are asked on a miss, and how they stand as this node sees it. */
@Named("upstreams")
@RequestScoped
public class UpstreamsPage {
    @Inject
    private UpstreamDirectory directory;

    /**
     * An upstream.
     *
     * @param kind of the state, for its colour
     */
    public record Row(
            String name,
            String url,
            String state,
            String kind,
            String answered,
            String failure,
            String hits,
            String misses,
            String refused,
            String fetched,
            String saved) {}

    public List<Row> getRows() {
        return directory.standing().stream().map(UpstreamsPage::row).toList();
    }

    private static Row row(UpstreamDirectory.Standing one) {
        HealthResponse is = one.health();
        boolean asked = is.breaker().equals("closed");
        return new Row(
                is.name(),
                one.url(),
                asked ? "is asked" : is.breaker().equals("open") ? "is not asked for a while" : "is tried",
                asked ? "good" : "bad",
                PageText.moment(is.lastAnswerAt()),
                is.lastFailure() == null ? "" : is.lastFailure() + ", at " + PageText.moment(is.lastFailureAt()),
                PageText.count(is.hits()),
                PageText.count(is.misses()),
                PageText.count(is.refusedSignatures() + is.refusedBytes()),
                PageText.bytes(is.bytesFetched()),
                PageText.bytes(is.bytesSaved()));
    }
}
