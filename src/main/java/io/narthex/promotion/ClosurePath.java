package io.narthex.promotion;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A path of a closure, as the source has it.
 *
 * @param row its number ({@link RowNumber})
 * @param foreign the signatures that it came with
 * @param ours those of the source's keys; none where nobody asked for them
 * @param since when this NAR became visible in the source
 * @param held whether the target has a path of that hash already
 */
record ClosurePath(
        long row,
        StorePath path,
        NixHash narHash,
        long narSize,
        SortedSet<StorePath> references,
        List<Signature> foreign,
        List<Signature> ours,
        Instant since,
        boolean held) {
    ClosurePath {
        references = new TreeSet<>(references);
        foreign = List.copyOf(foreign);
        ours = List.copyOf(ours);
    }

    byte[] fingerprint(StoreDir storeDir) {
        return Fingerprint.of(storeDir, path, narHash, narSize, references);
    }
}
