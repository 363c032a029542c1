package io.narthex.index;

import java.time.Instant;

/**
 * A document that was pushed.
 *
 * @param content not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one answer, never compared
public record Document(byte[] content, Instant publishedAt) {}
