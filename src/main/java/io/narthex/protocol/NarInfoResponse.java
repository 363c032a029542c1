package io.narthex.protocol;

import com.github.luben.zstd.Zstd;
import io.narthex.index.SignedPath;

/**
 * A narinfo in the coding that one client gets.
 *
 * @param entityTag differs between codings, as their bytes do
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one answer, never compared
public record NarInfoResponse(byte[] body, String entityTag, boolean coded) {
    private static final int LEVEL = 3;
    /** What the header {@code Content-Encoding: zstd} itself costs: less gained than that is nothing gained. */
    private static final int HEADER_BYTES = 24;

    public static NarInfoResponse of(SignedPath path, boolean zstd) {
        if (zstd) {
            byte[] coded = Zstd.compress(path.narInfo(), LEVEL);
            if (coded.length + HEADER_BYTES < path.narInfo().length) {
                String tag = path.entityTag();
                return new NarInfoResponse(coded, tag.substring(0, tag.length() - 1) + "-zstd\"", true);
            }
        }
        return new NarInfoResponse(path.narInfo(), path.entityTag(), false);
    }
}
