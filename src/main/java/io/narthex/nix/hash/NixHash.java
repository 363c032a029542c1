package io.narthex.nix.hash;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A hash: a digest and the function that made it. Nix: src/libutil/hash.cc. */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record NixHash(HashAlgorithm algorithm, byte[] bytes) {
    private static final String SUBJECT = "hash";

    public NixHash {
        if (bytes.length != algorithm.size()) {
            throw new NixFormatException(SUBJECT, bytes.length + " bytes are no " + algorithm.nixName());
        }
        bytes = bytes.clone();
    }

    /** The hash whose SHA-256 digest was computed already: 32 bytes. */
    public static NixHash ofSha256(byte[] digest) {
        return new NixHash(HashAlgorithm.SHA256, digest);
    }

    /**
     * Reads {@code sha256:} before base16, base32 or base64 (the length tells which), or SRI, {@code sha256-} before
     * base64; the same for md5, sha1 and sha512.
     *
     * @throws NixFormatException where the text is none of these
     */
    public static NixHash parse(String text) {
        int colon = text.indexOf(':');
        int end = colon >= 0 ? colon : text.indexOf('-');
        if (end < 0) {
            throw new NixFormatException(SUBJECT, "no algorithm before " + NixFormatException.quote(text));
        }
        HashAlgorithm algorithm = HashAlgorithm.named(text.substring(0, end))
                .orElseThrow(() ->
                        new NixFormatException(SUBJECT, "unknown algorithm in " + NixFormatException.quote(text)));
        String digest = text.substring(end + 1);
        return new NixHash(algorithm, colon >= 0 ? decode(algorithm, digest) : decodeBase64(algorithm, digest));
    }

    private static byte[] decode(HashAlgorithm algorithm, String digest) {
        if (digest.length() == algorithm.size() * 2) {
            try {
                return HexFormat.of().parseHex(digest);
            } catch (IllegalArgumentException e) {
                throw new NixFormatException(SUBJECT, "not base16: " + NixFormatException.quote(digest));
            }
        }
        if (digest.length() == NixBase32.encodedLength(algorithm.size())) {
            return NixBase32.decode(digest);
        }
        return decodeBase64(algorithm, digest);
    }

    private static byte[] decodeBase64(HashAlgorithm algorithm, String digest) {
        byte[] bytes = StrictBase64.decode(SUBJECT, digest);
        if (bytes.length != algorithm.size()) {
            throw new NixFormatException(SUBJECT, "wrong length for " + algorithm.nixName());
        }
        return bytes;
    }

    /** {@code sha256:} and 52 characters of base32: what Nix writes into a narinfo. */
    public String toNix32() {
        return algorithm.nixName() + ':' + nix32();
    }

    /** The base32 digest without the algorithm: 52 characters for sha256. */
    public String nix32() {
        return NixBase32.encode(bytes);
    }

    /** {@code sha256:} and lower-case hexadecimal digits. */
    public String toBase16() {
        return algorithm.nixName() + ':' + HexFormat.of().formatHex(bytes);
    }

    /** {@code sha256-} and base64, as in a browser's integrity attribute. */
    public String toSri() {
        return algorithm.nixName() + '-' + Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NixHash that && algorithm == that.algorithm && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * algorithm.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return toNix32();
    }
}
