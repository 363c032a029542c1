package io.narthex.index.upload;

import io.narthex.index.StoredNar;
import io.narthex.nix.hash.NixHash;
import java.util.Optional;

/**
 * A NAR file that a cache has received, whether a narinfo has claimed it or not.
 *
 * @param contentsHash SHA-256 of the contents, where the NAR is one regular file
 */
public record ReceivedFile(StoredNar nar, Optional<NixHash> contentsHash) {}
