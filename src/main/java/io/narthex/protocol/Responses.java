package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.http.RequestText;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import org.jspecify.annotations.Nullable;

/** The headers and refusals that several URLs of the cache share. */
public final class Responses {
    /** A narinfo may gain a signature or go with a collection; minutes are long enough for a crowd of clients. */
    public static final String MINUTES = "public, max-age=300";
    /** What hangs on a store path, whose contents never change, while the path itself may go. */
    public static final String DAY = "public, max-age=86400";
    /** What the URL names by its own hash. */
    public static final String FOREVER = "public, max-age=31536000, immutable";

    public static final String NARINFO_TYPE = "text/x-nix-narinfo";
    static final String CACHE_INFO_TYPE = "text/x-nix-cache-info";
    public static final String NAR_TYPE = "application/x-nix-nar";

    private Responses() {}

    /** How long an answer of a cache counts: what is not everybody's stays out of shared caches. */
    public static String control(Cache cache, String control) {
        return cache.isPublic() ? control : control.replace("public", "private");
    }

    public static ProblemException malformed(String sentence) {
        return new ProblemException(ProblemType.BAD_REQUEST, sentence);
    }

    /** A part of the URL that is not what it must be. */
    public static ProblemException malformed(String sentence, String met) {
        return malformed(sentence + RequestText.met(met));
    }

    /** Whether a client that accepts this is a program that wants JSON, and not a browser. */
    public static boolean isJson(@Nullable String accept) {
        return accept != null && accept.contains("application/json") && !accept.contains("text/html");
    }

    /** The hash of a store path from a URL. */
    public static StorePathHash hash(String text) {
        StorePathHash hash = StorePathHash.tryParse(text, 0);
        if (hash == null || text.length() != NarUrl.HASH) {
            throw malformed("The hash of a store path must be 32 characters of Nix's base32", text);
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
        throw malformed("The name of a derivation must be {hash}-{name}.drv", text);
    }
}
