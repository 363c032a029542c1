package io.narthex.index.upload;

import java.time.Instant;
import java.util.HexFormat;

/**
 * What is known of a document that was pushed, without its bytes.
 *
 * @param length bytes, decompressed
 * @param digest SHA-256 of what is kept
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one answer, never compared
public record DocumentFacts(Name name, long length, Instant publishedAt, byte[] digest) {
    /** Where it is kept. */
    record Name(int cacheId, DocumentKind kind, String name) {}

    /** A strong entity tag, with its quotes. */
    public String entityTag() {
        return '"' + HexFormat.of().formatHex(digest, 0, Document.TAG_BYTES) + '"';
    }
}
