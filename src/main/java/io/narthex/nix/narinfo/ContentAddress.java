package io.narthex.nix.narinfo;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;

/** The {@code CA} field: how the path follows from its contents. Nix: src/libstore/content-address.cc. */
public record ContentAddress(Method method, NixHash hash) {
    private static final String SUBJECT = "content address";

    /** What was hashed, with the text it begins with. */
    public enum Method {
        /** A file that {@code builtins.toFile} or a derivation wrote; its references are part of the path. */
        TEXT("text:"),
        /** The bytes of one file. */
        FLAT("fixed:"),
        /** The NAR. */
        NAR("fixed:r:"),
        /** The tree as git hashes it. */
        GIT("fixed:git:");

        private final String prefix;

        Method(String prefix) {
            this.prefix = prefix;
        }

        private static Method of(String text) {
            if (text.startsWith(NAR.prefix)) {
                return NAR;
            }
            if (text.startsWith(GIT.prefix)) {
                return GIT;
            }
            if (text.startsWith(FLAT.prefix)) {
                return FLAT;
            }
            if (text.startsWith(TEXT.prefix)) {
                return TEXT;
            }
            throw new NixFormatException(SUBJECT, "unknown method in " + NixFormatException.quote(text));
        }
    }

    public ContentAddress {
        if (method == Method.TEXT && hash.algorithm() != HashAlgorithm.SHA256) {
            throw new NixFormatException(SUBJECT, "text is hashed by sha256 only");
        }
    }

    /**
     * Reads {@code text:sha256:…}, {@code fixed:…}, {@code fixed:r:…} or {@code fixed:git:…}, each with a hash in any
     * encoding behind its algorithm and a colon.
     *
     * @throws NixFormatException where it is none of these
     */
    public static ContentAddress parse(String text) {
        Method method = Method.of(text);
        String hash = text.substring(method.prefix.length());
        if (hash.indexOf(':') < 0) {
            throw new NixFormatException(SUBJECT, "no algorithm in " + NixFormatException.quote(text));
        }
        return new ContentAddress(method, NixHash.parse(hash));
    }

    /** As Nix writes it, the hash in base32. */
    @Override
    public String toString() {
        return method.prefix + hash.toNix32();
    }
}
