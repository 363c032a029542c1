package io.narthex.transfer;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decides by which content coding a response is sent (RFC 9110, 8.4 and 12.5.3). */
public final class Coding {
    public static final String ZSTD = "zstd";

    private Coding() {}

    /** Decodes what was coded here. */
    public static InputStream unzstd(byte[] coded) throws IOException {
        return new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(coded));
    }

    /** Bytes of what was coded here in one go, decoded: its frame tells. */
    public static long lengthOf(byte[] coded) {
        return Zstd.getFrameContentSize(coded);
    }

    /** The same for header lines as they came. */
    public static boolean acceptsZstd(@Nullable Iterable<String> lines) {
        return lines != null && acceptsZstd(String.join(",", lines));
    }

    /** Whether an {@code Accept-Encoding} names zstd and does not refuse it; {@code *} alone does not ask for it. */
    public static boolean acceptsZstd(@Nullable String header) {
        if (header == null) {
            return false;
        }
        for (String item : header.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = item.strip().split("\\s*;\\s*", -1);
            if (parts[0].equals(ZSTD)) {
                return parts.length == 1 || !parts[1].matches("q\\s*=\\s*0(\\.0{0,3})?");
            }
        }
        return false;
    }
}
