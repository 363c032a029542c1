package io.narthex.trust;

import io.narthex.configuration.Secret;
import io.narthex.nix.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.InvalidAlgorithmException;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * A signed JWT (RFC 7519) as it was sent. What it says is its sender's word until {@link #verify} has returned.
 *
 * @param jws its signature
 * @param claims what it says
 * @param issuer who made it, by its own word
 * @param audiences whom it is for
 * @param jwtId null: it has none
 * @param signed the text that is signed
 */
record IdentityToken(
        JsonWebSignature jws,
        Claims claims,
        String issuer,
        List<String> audiences,
        @Nullable String jwtId,
        Times times,
        String signed) {
    /** Characters: those of GitHub have some 2,000. */
    static final int LONGEST = 16_000;

    /** Those with a public key. None of RSA-PSS, which no issuer of builds has. */
    private static final AlgorithmConstraints ALGORITHMS = new AlgorithmConstraints(
            ConstraintType.PERMIT,
            AlgorithmIdentifiers.RSA_USING_SHA256,
            AlgorithmIdentifiers.RSA_USING_SHA384,
            AlgorithmIdentifiers.RSA_USING_SHA512,
            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
            AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
            AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512,
            AlgorithmIdentifiers.EDDSA);

    IdentityToken {
        audiences = List.copyOf(audiences);
    }

    /** When it was made, begins and ends: seconds since 1970, null where it does not say. */
    record Times(
            @Nullable Long issuedAt,
            @Nullable Long notBefore,
            @Nullable Long expiresAt) {}

    /**
     * Reads what is in it.
     *
     * @throws ExchangeRefusedException where it is no signed JWT
     */
    static IdentityToken parse(Secret token) {
        String text = token.reveal();
        if (text.length() > LONGEST) {
            throw new ExchangeRefusedException(ExchangeRefusal.MALFORMED, "The identity token is too long");
        }
        try {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setAlgorithmConstraints(ALGORITHMS);
            jws.setCompactSerialization(text);
            JwtClaims claims = JwtClaims.parse(jws.getUnverifiedPayload());
            String issuer = claims.getIssuer();
            if (issuer == null) {
                throw new ExchangeRefusedException(ExchangeRefusal.MALFORMED, "The identity token names no issuer");
            }
            return new IdentityToken(
                    jws,
                    new Claims(claims.getClaimsMap()),
                    issuer,
                    claims.getAudience() == null ? List.of() : claims.getAudience(),
                    claims.getJwtId(),
                    new Times(seconds(claims, "iat"), seconds(claims, "nbf"), seconds(claims, "exp")),
                    text.substring(0, text.lastIndexOf('.')));
        } catch (JoseException | InvalidJwtException | MalformedClaimException | RuntimeException e) {
            if (e instanceof ExchangeRefusedException refused) {
                throw refused;
            }
            throw new ExchangeRefusedException(ExchangeRefusal.MALFORMED, "The identity token is no signed JWT");
        }
    }

    private static @Nullable Long seconds(JwtClaims claims, String name) throws MalformedClaimException {
        return claims.hasClaim(name) ? claims.getNumericDateClaimValue(name).getValue() : null;
    }

    /**
     * Returns only if one of the keys has signed it, by an algorithm with a public key.
     *
     * @throws ExchangeRefusedException otherwise
     */
    void verify(List<JsonWebKey> keys) {
        for (JsonWebKey key : keys) {
            jws.setKey(key.getKey());
            try {
                if (jws.verifySignature()) {
                    return;
                }
            } catch (JoseException e) {
                // a key of another kind has not signed it either
            }
        }
        throw keys.isEmpty()
                ? new ExchangeRefusedException(ExchangeRefusal.KEY_UNKNOWN, "Its issuer has no key of this name")
                : new ExchangeRefusedException(ExchangeRefusal.SIGNATURE, "Its signature is not by its issuer's key");
    }

    /** Before any key is looked for: a name of a key says nothing about an algorithm that needs none. */
    void checkAlgorithm() {
        try {
            jws.getAlgorithm();
        } catch (InvalidAlgorithmException e) {
            throw new ExchangeRefusedException(
                    ExchangeRefusal.ALGORITHM, "It is signed by an algorithm that is not accepted here");
        }
    }

    /** Names it among all of its issuer, by its jti, else by what is signed: 32 bytes in hexadecimal digits. */
    String digest() {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        digest.update((issuer + "\0").getBytes(StandardCharsets.UTF_8));
        // no jti looks like what is signed, which has a dot between two texts in base64
        digest.update((jwtId == null ? "signed\0" + signed : "jti\0" + jwtId).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest());
    }
}
