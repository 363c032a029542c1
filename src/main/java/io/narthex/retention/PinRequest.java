package io.narthex.retention;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pin that somebody wants: an omitted field stays, null resets it. */
public record PinRequest(
        Optional<StorePath> path,
        JsonField<String> note,
        JsonField<Integer> keepRevisions,
        JsonField<Integer> keepDays,
        JsonField<Instant> expiresAt,
        JsonField<Boolean> isProtected) {
    private static final int LONGEST_NOTE = 1_000;
    private static final int MOST_REVISIONS = 1_000;
    /** A store directory, a hash and a name, each as long as it may be. */
    private static final int LONGEST_PATH = 512;

    /**
     * Keeps a path under a note; all else stays as it is.
     *
     * @throws ProblemException if the note is too long
     */
    public static PinRequest of(StorePath path, String note) {
        if (note.length() > LONGEST_NOTE) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "note has at most " + LONGEST_NOTE + " characters");
        }
        return new PinRequest(
                Optional.of(path),
                note.isEmpty() ? omitted() : new JsonField<>(true, note),
                omitted(),
                omitted(),
                omitted(),
                omitted());
    }

    private static <T> JsonField<T> omitted() {
        return new JsonField<>(false, null);
    }

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static PinRequest read(InputStream body, StoreDir storeDir) throws IOException {
        JsonBody json = JsonBody.readPut(
                body,
                List.of("path", "note", "keepRevisions", "keepDays", "expiresAt", "protected"),
                PinResponse.class);
        return new PinRequest(
                path(json.text("path", LONGEST_PATH).value(), storeDir),
                json.text("note", LONGEST_NOTE),
                json.integer("keepRevisions", 1, MOST_REVISIONS),
                json.integer("keepDays", 1, RetentionPolicy.MOST_DAYS),
                json.instant("expiresAt"),
                json.bool("protected"));
    }

    private static Optional<StorePath> path(@Nullable String text, StoreDir storeDir) {
        try {
            return Optional.ofNullable(text).map(path -> StorePath.parse(storeDir, path));
        } catch (NixFormatException e) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "path must be a store path: " + e.getMessage());
        }
    }

    /** The settings that come of it. */
    PinSettings over(PinSettings kept) {
        PinSettings initial = PinSettings.INITIAL;
        return new PinSettings(
                note.or(kept.note(), initial.note()),
                keepRevisions.or(kept.keepRevisions(), initial.keepRevisions()),
                keepDays.named() ? keepDays.value() : kept.keepDays(),
                expiresAt.named() ? expiresAt.value() : kept.expiresAt(),
                isProtected.or(kept.isProtected(), initial.isProtected()));
    }
}
