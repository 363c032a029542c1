package io.narthex.trust;

import io.narthex.configuration.Secret;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/** The keys of an issuer of tests, by their names, and tokens that they sign. */
public final class TestKeys {
    private final Map<String, PublicJsonWebKey> keys = new HashMap<>();

    /** A key that signs by RS256, ES256 or EdDSA. */
    public TestKeys add(String name, String algorithm) throws JoseException {
        PublicJsonWebKey key = switch (algorithm) {
            case AlgorithmIdentifiers.RSA_USING_SHA256 -> RsaJwkGenerator.generateJwk(2048);
            case AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256 ->
                EcJwkGenerator.generateJwk(EllipticCurves.P256);
            case AlgorithmIdentifiers.EDDSA -> OkpJwkGenerator.generateJwk("Ed25519");
            default -> throw new IllegalArgumentException(algorithm);
        };
        key.setKeyId(name);
        key.setUse("sig");
        key.setAlgorithm(algorithm);
        keys.put(name, key);
        return this;
    }

    /** What the issuer publishes: these keys, without their private halves. */
    public String published(String... names) {
        return new JsonWebKeySet(Arrays.stream(names).map(keys::get).toList()).toJson(OutputControlLevel.PUBLIC_ONLY);
    }

    /** The same with the private halves. */
    String leaked(String name) {
        return new JsonWebKeySet(keys.get(name)).toJson(OutputControlLevel.INCLUDE_PRIVATE);
    }

    public Secret sign(Map<String, Object> claims, String name) throws JoseException {
        PublicJsonWebKey key = key(name);
        return sign(claims, name, key.getAlgorithm(), key.getPrivateKey());
    }

    /** Signed by a key under the name of another. */
    public Secret forge(Map<String, Object> claims, String name, String by) throws JoseException {
        PublicJsonWebKey key = key(by);
        return sign(claims, name, key.getAlgorithm(), key.getPrivateKey());
    }

    /** With the public key, which everybody knows, as the secret of HS256. */
    public Secret signByPublicKey(Map<String, Object> claims, String name) throws JoseException {
        byte[] known = key(name).toJson(OutputControlLevel.PUBLIC_ONLY).getBytes(StandardCharsets.UTF_8);
        return sign(claims, name, AlgorithmIdentifiers.HMAC_SHA256, new HmacKey(known));
    }

    /** By a key that nobody knows and that the header brings along. */
    Secret signByItsOwnKey(Map<String, Object> claims, String name, String by) throws JoseException {
        PublicJsonWebKey key = key(by);
        JsonWebSignature jws = jws(claims, name, key.getAlgorithm());
        jws.setJwkHeader(key);
        jws.setKey(key.getPrivateKey());
        return new Secret(jws.getCompactSerialization());
    }

    /** With a header that whoever does not know it must refuse (RFC 7515, 4.1.11). */
    Secret signCritically(Map<String, Object> claims, String name) throws JoseException {
        PublicJsonWebKey key = key(name);
        JsonWebSignature jws = jws(claims, name, key.getAlgorithm());
        jws.setHeader("tests-only", "true");
        jws.setCriticalHeaderNames("tests-only");
        jws.setKey(key.getPrivateKey());
        return new Secret(jws.getCompactSerialization());
    }

    /** By nobody. */
    public static Secret unsigned(Map<String, Object> claims, String name) throws JoseException {
        JsonWebSignature jws = jws(claims, name, AlgorithmIdentifiers.NONE);
        jws.setAlgorithmConstraints(AlgorithmConstraints.ALLOW_ONLY_NONE);
        return new Secret(jws.getCompactSerialization());
    }

    private PublicJsonWebKey key(String name) {
        PublicJsonWebKey key = keys.get(name);
        if (key == null) {
            throw new IllegalArgumentException(name);
        }
        return key;
    }

    private static Secret sign(Map<String, Object> claims, String name, String algorithm, Key key)
            throws JoseException {
        JsonWebSignature jws = jws(claims, name, algorithm);
        jws.setKey(key);
        return new Secret(jws.getCompactSerialization());
    }

    private static JsonWebSignature jws(Map<String, Object> claims, String name, String algorithm) {
        JwtClaims payload = new JwtClaims();
        claims.forEach(payload::setClaim);
        JsonWebSignature jws = new JsonWebSignature();
        jws.setPayload(payload.toJson());
        jws.setAlgorithmHeaderValue(algorithm);
        jws.setKeyIdHeaderValue(name);
        return jws;
    }
}
