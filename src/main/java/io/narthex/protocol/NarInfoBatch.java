package io.narthex.protocol;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.store.StorePathHash;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The hashes of store paths whose narinfos a client asks for in one request: a line of text for each. */
public final class NarInfoBatch {
    /** Below the URL of the cache, as {@code nix-cache-info} names it. */
    public static final String URL = "/get-narinfos-v1";

    private static final int MOST = 10_000;

    /** In bytes; a line may end as Windows ends it. */
    public static final int LONGEST = MOST * (StorePathHash.LENGTH + 2);

    private NarInfoBatch() {}

    /**
     * Reads the body of a request; each hash counts once, and empty lines do not.
     *
     * @throws ProblemException 400 for a line that is no hash, 413 for more than 10,000
     */
    static List<StorePathHash> parse(byte[] body) {
        Set<StorePathHash> hashes = new LinkedHashSet<>();
        new String(body, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> hashes.add(Responses.hash(line.strip())));
        if (hashes.size() > MOST) {
            throw tooLarge();
        }
        return List.copyOf(hashes);
    }

    /** What a longer body is answered with. */
    static ProblemException tooLarge() {
        return new ProblemException(ProblemType.TOO_LARGE, "Ask for at most " + MOST + " paths at once");
    }
}
