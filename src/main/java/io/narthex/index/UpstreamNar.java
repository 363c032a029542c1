package io.narthex.index;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A NAR file that an upstream has and that is not stored here.
 *
 * @param upstreamId whose it is
 * @param url where it has it
 * @param fileName as our URLs have it behind {@code nar/}
 * @param compression a name that Nix knows; {@code none} where the file is the NAR
 * @param fileHash as the upstream told; empty: it did not
 * @param fileSize in bytes, likewise
 * @param narHash which a key of the upstream vouches for, or the path itself
 * @param narSize in bytes, unpacked
 * @param contentsHash SHA-256 of the one file in the NAR, where the path stands by that; empty: by the hash of the NAR
 */
public record UpstreamNar(
        StorePath path,
        int cacheId,
        int upstreamId,
        String url,
        String fileName,
        String compression,
        Optional<NixHash> fileHash,
        OptionalLong fileSize,
        NixHash narHash,
        long narSize,
        Optional<NixHash> contentsHash) {}
