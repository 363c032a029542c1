package io.narthex.nix.narinfo;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The compressions that Nix has names for. Names: src/libutil/include/nix/util/compression-algo.hh; extensions:
 * src/libstore/binary-cache-store.cc, which gives none to those it forgot.
 */
public enum Compression {
    /** The file is the NAR: a length of 13, then {@code nix-archive-1}. */
    NONE("none", "", "0d000000000000006e69782d617263686976652d31"),
    BR("br", ".br", ""),
    BZIP2("bzip2", ".bz2", "425a68"),
    COMPRESS("compress", "", "1f9d"),
    GRZIP("grzip", "", "47525a69704949"),
    GZIP("gzip", "", "1f8b"),
    LRZIP("lrzip", "", "4c525a49"),
    LZ4("lz4", ".lz4", "04224d18"),
    LZIP("lzip", ".lzip", "4c5a4950"),
    LZMA("lzma", "", "5d0000"),
    LZOP("lzop", "", "894c5a4f"),
    XZ("xz", ".xz", "fd377a585a00"),
    ZSTD("zstd", ".zst", "28b52ffd");

    /** Bytes that {@link #detect} can make use of. */
    public static final int MAGIC_BYTES = 21;

    private final String nixName;
    private final String extension;

    /** In hexadecimal digits. */
    private final String magic;

    Compression(String nixName, String extension, String magic) {
        this.nixName = nixName;
        this.extension = extension;
        this.magic = magic;
    }

    /** As the {@code Compression} field writes it. */
    public String nixName() {
        return nixName;
    }

    /** What Nix appends to {@code .nar} in the name of such a file: with its dot, or empty. */
    public String extension() {
        return extension;
    }

    public static Optional<Compression> named(String nixName) {
        return Arrays.stream(values()).filter(c -> c.nixName.equals(nixName)).findAny();
    }

    /** The one whose files have that extension, which begins with a dot. */
    public static Optional<Compression> ofExtension(String extension) {
        return Arrays.stream(values())
                .filter(c -> !c.extension.isEmpty() && c.extension.equals(extension))
                .findAny();
    }

    /** The one whose files begin like that, {@link #MAGIC_BYTES} or what there is; br has no such mark. */
    public static Optional<Compression> detect(byte[] start) {
        String digits = HexFormat.of().formatHex(start);
        return Arrays.stream(values())
                .filter(c -> !c.magic.isEmpty() && digits.startsWith(c.magic))
                .findAny();
    }

    @Override
    public String toString() {
        return nixName;
    }
}
