package io.narthex.protocol;

import io.narthex.http.ProblemException;
import io.narthex.http.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
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

    /** What is thrown for a path that is not offered; the same for every reason. */
    static ProblemException absent() {
        return new ProblemException(ProblemType.NOT_FOUND, "No such path");
    }

    static ProblemException malformed(String sentence) {
        return new ProblemException(ProblemType.BAD_REQUEST, sentence);
    }

    /** The hash of a store path from a URL. */
    static StorePathHash hash(String text) {
        StorePathHash hash = StorePathHash.tryParse(text, 0);
        if (hash == null || text.length() != NarUrl.HASH) {
            throw malformed("Not the hash of a store path: it has 32 characters of Nix's base32");
        }
        return hash;
    }

    /** The name of a derivation from a URL. */
    static StorePath derivation(String text) {
        try {
            StorePath path = StorePath.parseBaseName(text);
            if (path.isDerivation()) {
                return path;
            }
        } catch (NixFormatException e) {
            // answered below, in words of the URL
        }
        throw malformed("Not the name of a derivation: {hash}-{name}.drv");
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
    static boolean isKnown(
            @Nullable String ifNoneMatch, @Nullable String ifModifiedSince, String entityTag, Instant modified) {
        return ifNoneMatch != null ? matches(ifNoneMatch, entityTag) : notModifiedSince(ifModifiedSince, modified);
    }
}
