package io.narthex.nix.nar;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;

/** Reads an archive to its end and works out its hash and size, which a narinfo names. */
public final class NarVerifier {
    /**
     * What a well-formed archive hashes to, and its length.
     *
     * @param narSize in bytes
     */
    public record VerifiedNar(NixHash narHash, long narSize) {}

    private NarVerifier() {}

    /**
     * Reads, checks and hashes.
     *
     * @throws NarException.Malformed where the bytes are not one archive and nothing else
     */
    public static VerifiedNar verify(InputStream nar) throws IOException {
        return verify(nar, new IgnoringVisitor());
    }

    /** The same in one pass with what the visitor does. */
    public static VerifiedNar verify(InputStream nar, NarVisitor visitor) throws IOException {
        return verify(nar, visitor, HashAlgorithm.SHA256.newDigest());
    }

    /**
     * The same with a digest of the caller's.
     *
     * @param digest of SHA-256, as new
     */
    public static VerifiedNar verify(InputStream nar, NarVisitor visitor, MessageDigest digest) throws IOException {
        long size = NarReader.read(new DigestInputStream(nar, digest), visitor);
        return new VerifiedNar(NixHash.ofSha256(digest.digest()), size);
    }

    private static final class IgnoringVisitor implements NarVisitor {
        @Override
        public void enterDirectory() {}

        @Override
        public void enterEntry(byte[] name) {}

        @Override
        public void leaveDirectory() {}

        @Override
        public void regular(boolean executable, long size, long offset, InputStream contents) {}

        @Override
        public void symlink(byte[] target) {}
    }
}
