package io.narthex.receive;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import java.util.Optional;

/**
 * The facts that were found true of an uploaded file and of the NAR in it. All hashes are SHA-256.
 *
 * @param fileSize in bytes, as uploaded
 * @param narSize in bytes, unpacked
 * @param contentsHash of the bytes of the file that the NAR holds, where it holds one file and no directory: what a
 *     flat or text content address speaks of
 */
public record NarFacts(
        NixHash fileHash,
        long fileSize,
        NixHash narHash,
        long narSize,
        Compression compression,
        Optional<NixHash> contentsHash) {}
