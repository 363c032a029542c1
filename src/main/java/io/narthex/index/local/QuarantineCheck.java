package io.narthex.index.local;

import io.narthex.localstore.LocalStore;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarPacker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Looks whether the bytes of paths in quarantine are whole again. A path is in quarantine when its bytes were found
 * wrong.
 */
@ApplicationScoped
class QuarantineCheck {
    private static final System.Logger LOG = System.getLogger(QuarantineCheck.class.getName());
    private static final int BUFFER_BYTES = 256 << 10;

    @Inject
    private LocalStore store;

    @Inject
    private IndexedPaths rows;

    /** Not known before the first look. */
    private volatile boolean needed = true;

    /** Hashes every path in quarantine; gives how many are offered again. */
    long release() {
        needed = false;
        long released = 0;
        for (PathRows.Known known : rows.quarantined()) {
            Optional<ValidPath> valid = store.database().find(known.hash());
            if (valid.isPresent() && isWhole(valid.get())) {
                rows.checked(known.id());
                LOG.log(
                        System.Logger.Level.INFO,
                        "event=path-released path={0}",
                        valid.get().path().baseName());
                released++;
            } else {
                needed = true;
            }
        }
        return released;
    }

    /** A path went into quarantine. */
    void expect() {
        needed = true;
    }

    /** Whether a path may be in quarantine. */
    boolean isNeeded() {
        return needed;
    }

    private boolean isWhole(ValidPath path) {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        try {
            long size = new NarPacker(ByteBuffer.allocateDirect(BUFFER_BYTES), digest::update)
                    .pack(store.locate(path.path()));
            return size == path.narSize() && path.narHash().equals(NixHash.ofSha256(digest.digest()));
        } catch (IOException e) {
            return false;
        }
    }
}
