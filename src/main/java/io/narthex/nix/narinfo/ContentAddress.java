package io.narthex.nix.narinfo;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedSet;

/** The {@code CA} field of a narinfo: how the path follows from its contents. Nix: src/libstore/content-address.cc. */
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

    /**
     * The path that follows from this address, or empty where no path with those references can have it. Nix:
     * makeFixedOutputPathFromCA() in src/libstore/store-dir-config.cc.
     *
     * @param self whether the path refers to itself
     * @param others all other references
     */
    public Optional<StorePath> storePath(StoreDir storeDir, String name, boolean self, SortedSet<StorePath> others) {
        boolean source = method == Method.NAR && hash.algorithm() == HashAlgorithm.SHA256;
        if (source || (method == Method.TEXT && !self)) {
            StringBuilder type = new StringBuilder(source ? "source" : "text");
            others.forEach(path -> type.append(':').append(path.toString(storeDir)));
            return Optional.of(make(type + (self ? ":self" : ""), hash, storeDir, name));
        }
        if (self || !others.isEmpty()) {
            return Optional.empty();
        }
        NixHash inner = NixHash.ofSha256(sha256("fixed:out:" + innerPrefix() + hash.toBase16() + ':'));
        return Optional.of(make("output:out", inner, storeDir, name));
    }

    /**
     * The address from which a path follows, so that nobody has to vouch for it; empty where it does not, or where the address
     * speaks of another hash than SHA-256 of the NAR or of the one file in it.
     */
    public static Optional<ContentAddress> proving(NarInfo info) {
        return info.contentAddress().map(ContentAddress::parse).filter(address -> address.proves(info));
    }

    private boolean proves(NarInfo info) {
        // the hash of a NAR that refers to itself leaves those references out
        boolean self = info.references().contains(info.storePath());
        boolean computed = hash.algorithm() == HashAlgorithm.SHA256 && method != Method.GIT && !self;
        return computed
                && (method != Method.NAR || hash.equals(info.narHash()))
                && storePath(info.storeDir(), info.storePath().name(), false, info.references())
                        .filter(info.storePath()::equals)
                        .isPresent();
    }

    /** SHA-256 of the one file in the NAR, where that is what it speaks of; else it speaks of the NAR. */
    public Optional<NixHash> contentsHash() {
        return switch (method) {
            case TEXT, FLAT -> Optional.of(hash);
            case NAR, GIT -> Optional.empty();
        };
    }

    private String innerPrefix() {
        return switch (method) {
            case TEXT, FLAT -> "";
            case NAR -> "r:";
            case GIT -> "git:";
        };
    }

    /** Nix: makeStorePath(), and compressHash() in src/libutil/hash.cc. */
    private static StorePath make(String type, NixHash inner, StoreDir storeDir, String name) {
        byte[] digest = sha256(type + ':' + inner.toBase16() + ':' + storeDir + ':' + name);
        byte[] folded = new byte[StorePathHash.BYTES];
        for (int i = 0; i < digest.length; i++) {
            folded[i % folded.length] ^= digest[i];
        }
        return new StorePath(StorePathHash.of(folded), name);
    }

    private static byte[] sha256(String text) {
        return HashAlgorithm.SHA256.newDigest().digest(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** As Nix writes it, the hash in base32. */
    @Override
    public String toString() {
        return method.prefix + hash.toNix32();
    }
}
