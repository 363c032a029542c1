package io.narthex.auditor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.CurrentCaller;
import io.narthex.http.JsonResolver;
import io.narthex.http.Page;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/audit/events}: what happened, by page for people and by line for a SIEM. */
@Path("/api/v1/audit/events")
@RequestScoped
public class EventsResource {
    private static final String LINES = "application/x-ndjson";
    private static final MediaType LINES_TYPE = MediaType.valueOf(LINES);
    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,19}-[0-9]{1,18}");
    /** Read at once and held in memory while it is sent. */
    private static final int PIECE = 1_000;

    private static final ObjectMapper JSON = new JsonResolver().getContext(EventResponse.class);

    @Inject
    Events events;

    @Inject
    CurrentCaller caller;

    /** Which events. */
    public static final class Filter {
        @QueryParam("tenant")
        @Nullable
        String tenant;

        @QueryParam("cache")
        @Nullable
        String cache;

        @QueryParam("action")
        @Nullable
        String action;

        @QueryParam("outcome")
        @Nullable
        String outcome;

        @QueryParam("token")
        @Nullable
        String token;

        @QueryParam("path")
        @Nullable
        String path;

        @QueryParam("since")
        @Nullable
        String since;

        @QueryParam("until")
        @Nullable
        String until;

        EventQuery query() {
            return new EventQuery(
                    tenant,
                    cache,
                    action,
                    outcome,
                    token,
                    path,
                    EventQuery.moment("since", since),
                    EventQuery.moment("until", until));
        }
    }

    /** One page; to who accepts lines, all there are or so many as are asked for, one a line. */
    @GET
    @Produces({MediaType.APPLICATION_JSON, LINES})
    @Requires(Right.AUTHENTICATED)
    public Response get(
            @BeanParam Filter filter,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after,
            @Context HttpHeaders headers) {
        AuditScope scope = AuditScope.of(caller);
        Page page = Page.parse(limit, after, CURSOR);
        EventQuery query = filter.query();
        Response.ResponseBuilder response = wantsLines(headers.getAcceptableMediaTypes())
                ? lines(scope, query, page.after(), limit == null ? Long.MAX_VALUE : page.limit())
                : page(scope, query, page);
        return response.header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }

    /** What is wanted most comes first; who takes anything gets a page. */
    private static boolean wantsLines(List<MediaType> accepted) {
        for (MediaType type : accepted) {
            if (type.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return false;
            }
            if (type.isCompatible(LINES_TYPE)) {
                return true;
            }
        }
        return false;
    }

    private Response.ResponseBuilder page(AuditScope scope, EventQuery query, Page page) {
        List<EventResponse> found = events.list(scope, query, page.after(), page.limit() + 1);
        return Response.ok(page.listing(found, e -> e, EventResponse::cursor)).type(MediaType.APPLICATION_JSON);
    }

    /** The first piece before the answer begins: a database that is away is 503. */
    private Response.ResponseBuilder lines(AuditScope scope, EventQuery query, @Nullable String after, long most) {
        List<EventResponse> first = events.list(scope, query, after, (int) Math.min(PIECE, most));
        return Response.ok((StreamingOutput) out -> write(scope, query, first, most, out))
                .type(LINES);
    }

    private void write(AuditScope scope, EventQuery query, List<EventResponse> first, long most, OutputStream out)
            throws IOException {
        List<EventResponse> piece = first;
        long left = most;
        while (!piece.isEmpty()) {
            for (EventResponse event : piece) {
                out.write(JSON.writeValueAsBytes(event));
                out.write('\n');
            }
            left -= piece.size();
            int wanted = (int) Math.min(PIECE, left);
            piece = wanted == 0
                    ? List.of()
                    : events.list(scope, query, piece.getLast().cursor(), wanted);
        }
    }
}
