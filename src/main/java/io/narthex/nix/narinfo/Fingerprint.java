package io.narthex.nix.narinfo;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.SortedSet;

/** Makes the bytes that a path's signature covers. Nix: ValidPathInfo::fingerprint in src/libstore/path-info.cc. */
public final class Fingerprint {
    private Fingerprint() {}

    public static byte[] of(NarInfo info) {
        return of(info.storeDir(), info.storePath(), info.narHash(), info.narSize(), info.references());
    }

    /** {@code 1;path;sha256:base32;size;full,paths,sorted}: with the {@code ;} also where nothing follows it. */
    public static byte[] of(
            StoreDir storeDir, StorePath path, NixHash narHash, long narSize, SortedSet<StorePath> references) {
        StringBuilder text = new StringBuilder(160 + references.size() * 80)
                .append("1;")
                .append(path.toString(storeDir))
                .append(';')
                .append(narHash.toNix32())
                .append(';')
                .append(narSize)
                .append(';');
        String separator = "";
        for (StorePath reference : references) {
            text.append(separator).append(reference.toString(storeDir));
            separator = ",";
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
