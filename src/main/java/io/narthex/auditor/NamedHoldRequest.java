package io.narthex.auditor;

import io.narthex.auditor.NamedHold.Target;
import io.narthex.cache.CacheName;
import io.narthex.http.JsonBody;
import io.narthex.http.RequestText;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A legal hold with a name, as somebody wants it.
 *
 * @param reason null: the one that it has, or none
 */
public record NamedHoldRequest(
        String name, Target target, @Nullable String reason) {
    private static final int LONGEST_REASON = 1_000;
    /** A file's name has at most 255 bytes, and the store's directory comes before it. */
    private static final int LONGEST_PATH = 512;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}");

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming what cannot be understood
     * @throws IOException if it is no JSON
     */
    public static NamedHoldRequest read(String name, InputStream body) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "The name of a hold must be 1 to 100 letters, digits, dots, dashes and underscores"
                            + RequestText.met(name));
        }
        JsonBody json = JsonBody.readPut(body, List.of("cache", "pin", "path", "reason"), NamedHoldResponse.class);
        return new NamedHoldRequest(
                name, target(json), json.text("reason", LONGEST_REASON).value());
    }

    private static Target target(JsonBody json) {
        String cache = json.text("cache", LONGEST_PATH).value();
        String pin = json.text("pin", LONGEST_PATH).value();
        String path = json.text("path", LONGEST_PATH).value();
        if (cache != null && CacheName.tryParse(cache).isEmpty()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "cache must be the name of a cache" + RequestText.met(cache));
        }
        if (pin != null && (path != null || cache == null)) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "pin is one of a cache, and without a path beside it");
        }
        return new Target(cache, pin, path == null ? null : baseName(path));
    }

    private static String baseName(String path) {
        try {
            return StorePath.parseBaseName(path.substring(path.lastIndexOf('/') + 1))
                    .baseName();
        } catch (NixFormatException e) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "path must be a store path, /nix/store/…" + RequestText.met(path));
        }
    }
}
