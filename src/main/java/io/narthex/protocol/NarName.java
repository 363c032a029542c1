package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.index.NarFiles;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import java.util.Optional;

/**
 * What stands behind {@code nar/}: the name of a file that was pushed, a URL that this server makes, or both.
 *
 * @param text as in the URL
 * @param made by this server, if it has such a form
 */
record NarName(String text, Optional<NarUrl> made) {
    /** @throws io.narthex.http.problem.ProblemException where it is neither */
    static NarName parse(String text) {
        Optional<NarUrl> made = NarUrl.parse(text);
        if (made.isEmpty() && !NarUrl.isFileName(text)) {
            throw Responses.malformed(
                    "The name of a NAR must be {narhash}.nar, {hash}-{narhash}.nar, {hash}.nar or"
                            + " {filehash}.nar.{compression}",
                    text);
        }
        return new NarName(text, made);
    }

    /** Whether it has the hash of the bytes, so that others never come to that URL. */
    boolean namesBytes() {
        return made.filter(NarUrl.ByStoreHash.class::isInstance).isEmpty();
    }

    /** The NAR of that name that a cache has, with its path: by the file that was pushed, by the URL, by a path's further file. */
    Optional<NarFiles.FileOf> find(PathIndex index, NarFiles files, Cache cache) {
        boolean file = NarUrl.isFileName(text);
        Optional<SignedPath> pushed = file ? files.findByFile(cache, text) : Optional.empty();
        return pushed.or(() -> made.flatMap(url -> find(index, files, cache, url)))
                .map(path -> new NarFiles.FileOf(path, path.source()))
                .or(() -> file ? files.findFurther(cache, text) : Optional.empty());
    }

    private static Optional<SignedPath> find(PathIndex index, NarFiles files, Cache cache, NarUrl url) {
        return switch (url) {
            case NarUrl.ByNarHash u -> files.findByNar(cache, u.narHash());
            case NarUrl.ByStoreHash u -> index.find(cache, u.hash()).filter(NarName::isNar);
            case NarUrl.ByBoth u ->
                index.find(cache, u.hash()).filter(p -> p.narHash().equals(u.narHash()) && isNar(p));
        };
    }

    /** Whether its file is the NAR itself, as these URLs promise. */
    private static boolean isNar(SignedPath path) {
        return path.facts().compression().equals("none");
    }
}
