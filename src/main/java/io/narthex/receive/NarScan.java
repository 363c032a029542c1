package io.narthex.receive;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarLister;
import io.narthex.nix.nar.NarListing;
import io.narthex.nix.nar.NarVisitor;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists an archive, and hashes the contents where it holds one file. */
final class NarScan implements NarVisitor {
    /** From this size on the reader lends its source without a copy in between. */
    private static final int BUFFER_SIZE = 1 << 16;

    private final NarLister lister;
    private boolean inDirectory;
    private @Nullable NixHash contentsHash;

    NarScan(int mostNodes) {
        lister = new NarLister(mostNodes);
    }

    NarListing listing() {
        return lister.listing();
    }

    /** Of the one file that the archive is. */
    Optional<NixHash> contentsHash() {
        return Optional.ofNullable(contentsHash);
    }

    @Override
    public void enterDirectory() {
        inDirectory = true;
        lister.enterDirectory();
    }

    @Override
    public void enterEntry(byte[] name) {
        lister.enterEntry(name);
    }

    @Override
    public void leaveDirectory() throws IOException {
        lister.leaveDirectory();
    }

    @Override
    public void regular(boolean executable, long size, long offset, InputStream contents) throws IOException {
        lister.regular(executable, size, offset, contents);
        if (!inDirectory) {
            MessageDigest digest = HashAlgorithm.SHA256.newDigest();
            byte[] buffer = new byte[BUFFER_SIZE];
            for (int read = contents.read(buffer); read >= 0; read = contents.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            contentsHash = NixHash.ofSha256(digest.digest());
        }
    }

    @Override
    public void symlink(byte[] target) throws IOException {
        lister.symlink(target);
    }
}
