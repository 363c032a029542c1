package io.narthex.protocol;

import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the last segment of a NAR's URL, in the forms that this server and nix-serve give out. */
public sealed interface NarUrl {
    /** {@code {narhash}.nar}, as our narinfos have it. */
    record ByNarHash(NixHash narHash) implements NarUrl {}

    /** {@code {hash}-{narhash}.nar}, nix-serve's. */
    record ByBoth(StorePathHash hash, NixHash narHash) implements NarUrl {}

    /** {@code {hash}.nar}, nix-serve's older one. */
    record ByStoreHash(StorePathHash hash) implements NarUrl {}

    String SUFFIX = ".nar";
    /** Characters of a store path's hash, of a SHA-256 in Nix's base32. */
    int HASH = 32;

    int NAR_HASH = 52;

    Pattern FILE_NAME = Pattern.compile("[01][0-9a-df-np-sv-z]{51}\\.nar(\\.[a-z0-9]{1,5})?");

    /** Whether a file may be called so that was pushed: its hash, and how it is compressed. */
    static boolean isFileName(String file) {
        return FILE_NAME.matcher(file).matches();
    }

    /** Empty for any other text. */
    static Optional<NarUrl> parse(String file) {
        if (!file.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        String stem = file.substring(0, file.length() - SUFFIX.length());
        if (stem.length() == NAR_HASH) {
            return narHash(stem).map(ByNarHash::new);
        }
        StorePathHash hash = stem.length() < HASH ? null : StorePathHash.tryParse(stem, 0);
        if (hash == null) {
            return Optional.empty();
        }
        if (stem.length() == HASH) {
            return Optional.of(new ByStoreHash(hash));
        }
        boolean both = stem.length() == HASH + 1 + NAR_HASH && stem.charAt(HASH) == '-';
        return both ? narHash(stem.substring(HASH + 1)).map(nar -> new ByBoth(hash, nar)) : Optional.empty();
    }

    private static Optional<NixHash> narHash(String text) {
        try {
            return Optional.of(NixHash.parse("sha256:" + text));
        } catch (NixFormatException e) {
            return Optional.empty();
        }
    }
}
