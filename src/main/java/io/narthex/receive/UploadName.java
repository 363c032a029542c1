package io.narthex.receive;

import io.narthex.nix.hash.NixBase32;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import java.util.Optional;

/**
 * The name under {@code nar/} that a client gives to a file: its SHA-256 in 52 digits of base32, {@code .nar}, and an
 * extension where its compression has one.
 *
 * @param hash of the file, as Nix names it, or of the NAR in it, as some tools do
 * @param compression empty for a bare {@code .nar}: none, or one that Nix has no extension for, which its first bytes
 *     tell
 */
public record UploadName(NixHash hash, Optional<Compression> compression) {
    private static final int HASH_LENGTH = 52;

    private static final String NAR = ".nar";

    /**
     * Reads {@code <52 digits>.nar}, with or without an extension.
     *
     * @throws RefusedException where it has another form, or the extension is none of Nix's
     */
    public static UploadName parse(String name) {
        if (name.length() < HASH_LENGTH + NAR.length() || !name.startsWith(NAR, HASH_LENGTH)) {
            throw bad(name);
        }
        String extension = name.substring(HASH_LENGTH + NAR.length());
        if (!extension.isEmpty() && extension.charAt(0) != '.') {
            throw bad(name);
        }
        return new UploadName(
                hash(name),
                extension.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Compression.ofExtension(extension)
                                .orElseThrow(() -> Decompressor.unknown(extension.substring(1)))));
    }

    private static RefusedException bad(String name) {
        return Refusal.BAD_NAME.because(NixFormatException.quote(name));
    }

    private static NixHash hash(String name) {
        try {
            return NixHash.ofSha256(NixBase32.decode(name.substring(0, HASH_LENGTH)));
        } catch (NixFormatException e) {
            throw bad(name);
        }
    }

    /** Whether a file of that compression may have this name. */
    public boolean fits(Compression actual) {
        return compression.map(actual::equals).orElse(true);
    }

    /** As it is parsed. */
    @Override
    public String toString() {
        return hash.nix32() + NAR + compression.map(Compression::extension).orElse("");
    }
}
