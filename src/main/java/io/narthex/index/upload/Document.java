package io.narthex.index.upload;

import com.github.luben.zstd.Zstd;
import io.narthex.nix.hash.HashAlgorithm;
import java.io.IOException;
import java.time.Instant;
import java.util.HexFormat;

/** A document that was pushed beside paths, such as a build log. */
public record Document(Coded coded, Instant publishedAt) {
    /** Half a SHA-256 tells two texts apart well enough. */
    static final int TAG_BYTES = 16;

    /** All of it; for what is small. */
    public byte[] content() {
        return Zstd.decompress(coded.zstd, Math.toIntExact(coded.length));
    }

    /** Bytes, decompressed. */
    public long length() {
        return coded.length;
    }

    /** A strong entity tag, with its quotes. */
    public String entityTag() {
        byte[] digest = HashAlgorithm.SHA256.newDigest().digest(coded.zstd);
        return '"' + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + '"';
    }

    /** What is read is longer than it may be, even compressed. */
    public static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * A document as it is kept.
     *
     * @param zstd not to be changed
     * @param length bytes, decompressed
     */
    @SuppressWarnings("ArrayRecordComponent") // lives for one answer, never compared
    public record Coded(byte[] zstd, long length) {
        static final int LEVEL = 3;

        static Coded of(byte[] content) {
            return new Coded(Zstd.compress(content, LEVEL), content.length);
        }
    }
}
