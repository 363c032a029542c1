package io.narthex.protocol;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** What several URLs say in their headers. */
final class Answers {
    /** A narinfo may gain a signature or go with a collection; minutes are long enough for a crowd of clients. */
    static final String MINUTES = "public, max-age=300";
    /** What hangs on a store path, whose contents never change, while the path itself may go. */
    static final String DAY = "public, max-age=86400";
    /** What the URL names by its own hash. */
    static final String FOREVER = "public, max-age=31536000, immutable";

    static final String NARINFO_TYPE = "text/x-nix-narinfo";
    static final String CACHE_INFO_TYPE = "text/x-nix-cache-info";
    static final String NAR_TYPE = "application/x-nix-nar";

    private Answers() {}

    /** The sentence for a path that is not offered; the same for every reason. */
    static Response absent() {
        return Response.status(Response.Status.NOT_FOUND)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .type("text/plain; charset=utf-8")
                .entity("404 No such path\n")
                .build();
    }

    static Response malformed(String sentence) {
        return Response.status(Response.Status.BAD_REQUEST)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .type("text/plain; charset=utf-8")
                .entity("400 " + sentence + "\n")
                .build();
    }

    /** Whether an {@code If-None-Match} names the tag (weak comparison: RFC 9110, 13.1.2). */
    static boolean matches(@Nullable String ifNoneMatch, String entityTag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String tag : ifNoneMatch.split(",", -1)) {
            String one = tag.strip();
            if (one.equals("*") || one.equals(entityTag) || one.equals("W/" + entityTag)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an {@code If-Modified-Since} is not before the date; only when there is no {@code If-None-Match}. */
    static boolean notModifiedSince(@Nullable String since, Instant modified) {
        if (since == null) {
            return false;
        }
        try {
            return !modified.isAfter(DateTimeFormatter.RFC_1123_DATE_TIME.parse(since, Instant::from));
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Whether the client has it already, by either condition (RFC 9110, 13.2.2). */
    static boolean isKnown(HttpHeaders request, String entityTag, Instant modified) {
        String tags = request.getHeaderString(HttpHeaders.IF_NONE_MATCH);
        return tags != null
                ? matches(tags, entityTag)
                : notModifiedSince(request.getHeaderString(HttpHeaders.IF_MODIFIED_SINCE), modified);
    }
}
