package io.narthex.trust;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings that somebody wants a trust to have: an omitted one stays, null resets it. */
public record TrustRequest(
        JsonField<String> issuer,
        JsonField<String> audience,
        JsonField<Map<String, List<String>>> claims,
        JsonField<Map<String, List<String>>> allow,
        JsonField<List<Scope>> scopes,
        JsonField<List<String>> caches,
        JsonField<Integer> ttlSeconds) {
    /** What is for builds to do; to remove paths and to administer is not. */
    private static final Set<String> GIVEN = Set.of("pull", "push", "pin");

    private static final List<String> FIELDS =
            List.of("issuer", "audience", "claims", "allow", "scopes", "caches", "ttlSeconds");

    private static final int LONGEST = 255;
    private static final int LEAST_TTL = 60;

    /** Issuers of their own may name claims by URLs (RFC 7519, 4.2). */
    private static final Pattern CLAIM = Pattern.compile("[!-~]{1,100}");

    static boolean isClaimName(String text) {
        return CLAIM.matcher(text).matches();
    }

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    public static TrustRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.readPut(body, FIELDS, TrustResponse.class);
        TrustRequest request = new TrustRequest(
                json.text("issuer", LONGEST),
                json.text("audience", LONGEST),
                json.lists("claims", TrustRequest::isClaimName),
                json.lists("allow", TrustRequest::isClaimName),
                json.choices("scopes", Scope.class),
                json.list("caches", CachePattern.SENTENCE, Optional::of),
                json.integer("ttlSeconds", LEAST_TTL, Trust.MOST_TTL_SECONDS));
        if (request.scopes.or(List.of(), List.of()).stream().anyMatch(scope -> !GIVEN.contains(scope.text()))) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "scopes of a trust are some of pull, push, pin");
        }
        return request;
    }

    /**
     * The settings that come of it.
     *
     * @param kept null: there were none
     * @param own the audience of one that names none; empty: it must name one
     */
    Trust.Settings over(Trust.@Nullable Settings kept, Optional<String> own) {
        return new Trust.Settings(
                given("issuer", issuer, kept == null ? null : kept.issuer()),
                audience(kept == null ? null : kept.audience(), own),
                given("claims", claims, kept == null ? null : kept.claims()),
                allow.or(kept == null ? Map.of() : kept.allow(), Map.of()),
                Set.copyOf(given("scopes", scopes, kept == null ? null : List.copyOf(kept.scopes()))),
                caches.or(kept == null ? List.of() : kept.caches(), List.of()),
                ttlSeconds.or(kept == null ? Trust.USUAL_TTL_SECONDS : kept.ttlSeconds(), Trust.USUAL_TTL_SECONDS));
    }

    private String audience(@Nullable String kept, Optional<String> own) {
        String asked = audience.named() || kept == null ? audience.value() : kept;
        if (asked != null && !asked.isEmpty()) {
            return asked;
        }
        return own.orElseThrow(() -> new ProblemException(
                ProblemType.BAD_REQUEST,
                "audience must be given, since this server has no URL of its own to make one of (NARTHEX_URL)"));
    }

    private static <T> T given(String name, JsonField<T> field, @Nullable T kept) {
        T value = field.named() || kept == null ? field.value() : kept;
        if (value == null) {
            throw new ProblemException(ProblemType.BAD_REQUEST, name + " must be given");
        }
        return value;
    }
}
