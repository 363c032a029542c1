package io.narthex.browse;

import java.util.Locale;
import java.util.Map;

/**
 * Chooses the content type of a file so that no browser runs it as script. What may be looked at as text is text; the
 * rest is for saving.
 */
final class FileTypes {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final Map<String, String> BY_SUFFIX = Map.ofEntries(
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("gz", "application/gzip"),
            Map.entry("xz", "application/x-xz"),
            Map.entry("zst", "application/zstd"),
            Map.entry("bz2", "application/x-bzip2"),
            Map.entry("tar", "application/x-tar"),
            Map.entry("zip", "application/zip"));
    /** Bytes looked at to tell text from other files. */
    static final int SAMPLE = 1_024;

    private FileTypes() {}

    /** @param sample the first bytes of the file */
    static String of(String name, byte[] sample, int length) {
        String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String known = BY_SUFFIX.get(suffix);
        if (known != null) {
            return known;
        }
        for (int i = 0; i < length; i++) {
            if (sample[i] == 0) {
                return "application/octet-stream";
            }
        }
        return TEXT;
    }
}
