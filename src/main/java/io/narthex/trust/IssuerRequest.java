package io.narthex.trust;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.RequestText;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings that somebody wants an issuer to have: an omitted one stays, null resets it. */
record IssuerRequest(
        JsonField<String> issuer,
        JsonField<IssuerKind> kind,
        JsonField<List<String>> requiredClaims,
        JsonField<String> jwks,
        JsonField<Boolean> reuse,
        JsonField<Integer> maxLifetimeSeconds) {
    private static final List<String> FIELDS =
            List.of("issuer", "kind", "requiredClaims", "jwks", "reuse", "maxLifetimeSeconds");

    /** OpenID Connect Core 1.0, 2: iss has no query and no fragment. It stands in rows and answers. */
    private static final int LONGEST_URL = 255;

    private static final int LEAST_LIFETIME = 60;
    private static final int MOST_LIFETIME = 86_400;

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static IssuerRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.readPut(body, FIELDS, IssuerResponse.class);
        JsonField<String> issuer = json.text("issuer", LONGEST_URL);
        JsonField<String> jwks = json.object("jwks");
        if (issuer.value() != null) {
            checkUrl(issuer.value());
        }
        if (jwks.value() != null) {
            checkKeys(jwks.value());
        }
        return new IssuerRequest(
                issuer,
                json.choice("kind", IssuerKind.class),
                json.list(
                        "requiredClaims",
                        "the name of a claim",
                        name -> Optional.of(name).filter(TrustRequest::isClaimName)),
                jwks,
                json.bool("reuse"),
                json.integer("maxLifetimeSeconds", LEAST_LIFETIME, MOST_LIFETIME));
    }

    /** The settings that come of it. */
    Issuer.Settings over(Issuer.@Nullable Settings kept) {
        String url = issuer.named() || kept == null ? issuer.value() : kept.url();
        if (url == null) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "issuer must be the URL of the issuer");
        }
        return new Issuer.Settings(
                url,
                kind.or(kept == null ? IssuerKind.GENERIC : kept.kind(), IssuerKind.GENERIC),
                requiredClaims.named() || kept == null ? requiredClaims.value() : kept.requiredClaims(),
                jwks.named() || kept == null ? jwks.value() : kept.jwks(),
                reuse.or(kept != null && kept.reuse(), false),
                maxLifetimeSeconds.or(
                        kept == null ? Issuer.USUAL_LIFETIME_SECONDS : kept.maxLifetimeSeconds(),
                        Issuer.USUAL_LIFETIME_SECONDS));
    }

    private static void checkUrl(String text) {
        try {
            URI uri = new URI(text);
            if ("https".equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new ProblemException(
                ProblemType.BAD_REQUEST,
                "issuer must be a URL with https, without user, query and fragment" + RequestText.met(text));
    }

    private static void checkKeys(String jwks) {
        try {
            KeySet.parse(jwks);
        } catch (KeySet.UnusableException e) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "jwks must be {\"keys\":[…]} (RFC 7517): " + e.getMessage());
        }
    }
}
