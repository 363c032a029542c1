package io.narthex.denial;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants a rule to say. An omitted field keeps what there is.
 *
 * @param what null where none of {@code pattern}, {@code hash} and {@code narHash} is there
 */
public record DenialRequest(
        @Nullable Denied what, JsonField<Boolean> dependents, JsonField<String> reason, JsonField<Instant> until) {
    private static final List<String> FIELDS = List.of("pattern", "hash", "narHash", "dependents", "reason", "until");
    private static final int LONGEST_REASON = 1_000;
    private static final int LONGEST_HASH = 100;

    /**
     * Denies one path until the rule is lifted.
     *
     * @throws ProblemException if the reason is too long; that there is one is asked later
     */
    public static DenialRequest of(StorePathHash path, boolean dependents, String reason) {
        if (reason.length() > LONGEST_REASON) {
            throw refused("reason has at most " + LONGEST_REASON + " characters");
        }
        return new DenialRequest(
                new Denied.ByHash(path),
                new JsonField<>(true, dependents),
                new JsonField<>(true, reason),
                new JsonField<>(true, null));
    }

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static DenialRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.readPut(body, FIELDS, DenialResponse.class);
        List<Denied> named = Stream.of(
                        pattern(json.text("pattern", StorePath.MAX_NAME_LENGTH).value()),
                        hash(json.text("hash", LONGEST_HASH).value()),
                        narHash(json.text("narHash", LONGEST_HASH).value()))
                .filter(Objects::nonNull)
                .map(Denied.class::cast)
                .toList();
        if (named.size() > 1) {
            throw refused("A rule has one of pattern, hash and narHash, not " + named.size() + " of them");
        }
        return new DenialRequest(
                named.isEmpty() ? null : named.getFirst(),
                json.bool("dependents"),
                json.text("reason", LONGEST_REASON),
                json.instant("until"));
    }

    /**
     * The rule that comes of it.
     *
     * @param kept what there is; null: nothing
     * @throws ProblemException where a new one lacks what it must have
     */
    DenialSettings over(@Nullable DenialSettings kept, Instant now) {
        Denied denied = what == null && kept != null ? kept.what() : what;
        if (denied == null) {
            throw refused("A rule must have one of pattern, hash and narHash");
        }
        String why = reason.or(kept == null ? "" : kept.reason(), "").strip();
        if (why.isEmpty()) {
            throw refused("A rule must have a reason, which is told to who pushes what it denies");
        }
        Instant end = until.named() ? until.value() : kept == null ? null : kept.until();
        if (until.named() && end != null && !now.isBefore(end)) {
            throw refused("until is in the past");
        }
        return new DenialSettings(denied, dependents.or(kept != null && kept.dependents(), false), why, end);
    }

    private static @Nullable Denied pattern(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (text.isEmpty() || !text.chars().allMatch(c -> c == '*' || c == '?' || StorePath.isName("x" + (char) c))) {
            throw refused(
                    "pattern must be a name of a store path, without its hash, in which * and ? stand for others");
        }
        return new Denied.ByName(new NamePattern(text));
    }

    private static @Nullable Denied hash(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StorePathHash hash = text.length() == StorePathHash.LENGTH ? StorePathHash.tryParse(text, 0) : null;
        if (hash == null) {
            throw refused("hash must be the 32 characters of a store path's hash");
        }
        return new Denied.ByHash(hash);
    }

    private static @Nullable Denied narHash(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            NixHash hash = NixHash.parse(text);
            if (hash.algorithm() == HashAlgorithm.SHA256) {
                return new Denied.ByNarHash(hash);
            }
        } catch (NixFormatException e) {
            // told below
        }
        throw refused("narHash must be sha256: or sha256- and the hash of a NAR");
    }

    private static ProblemException refused(String sentence) {
        return new ProblemException(ProblemType.BAD_REQUEST, sentence);
    }
}
