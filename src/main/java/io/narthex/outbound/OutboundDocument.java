package io.narthex.outbound;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer.
 *
 * @param body not to be changed
 * @param retryAfter the header of that name
 * @param contentEncoding the header of that name
 * @param contentType the header of that name
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one answer, never compared
public record OutboundDocument(
        int status,
        byte[] body,
        Optional<String> retryAfter,
        Optional<String> contentEncoding,
        @Nullable String contentType) {}
