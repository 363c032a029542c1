package io.narthex.promotion;

import io.narthex.http.JsonBody;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to be promoted.
 *
 * @param from {@code tenant/cache}
 * @param paths the roots; empty where a pin names them
 * @param pin of the source; null where paths are named
 */
public record PromotionRequest(
        String from, List<StorePath> paths, @Nullable String pin, String note) {
    /** Of a note. */
    public static final int LONGEST = 1_000;

    private static final Pattern CACHE = Pattern.compile("[a-z0-9-]+/[a-z0-9-]+");

    public PromotionRequest {
        paths = List.copyOf(paths);
    }

    /**
     * Reads the body of a POST.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static PromotionRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.read(body, List.of("from", "paths", "pin", "note"));
        String from = json.text("from", LONGEST).or("", "");
        if (!CACHE.matcher(from).matches()) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "from must be tenant/cache");
        }
        List<StorePath> paths = json.list("paths", "a store path, or its base name", PromotionRequest::path)
                .or(List.of(), List.of());
        String pin = json.text("pin", LONGEST).value();
        if (paths.isEmpty() == (pin == null)) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "Name paths, or a pin of the source");
        }
        return new PromotionRequest(
                from,
                paths.stream().distinct().toList(),
                pin,
                json.text("note", LONGEST).or("", ""));
    }

    private static Optional<StorePath> path(String text) {
        try {
            return Optional.of(StorePath.parseBaseName(text.substring(text.lastIndexOf('/') + 1)));
        } catch (NixFormatException e) {
            return Optional.empty();
        }
    }
}
