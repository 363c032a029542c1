package io.narthex.auditor;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes an event.
 *
 * @param cursor what to give as {@code after} for those behind it
 * @param tenant null: the server as a whole
 * @param actor token, administrator, anonymous, server, or job:name
 * @param detail as the record has it
 */
record EventResponse(
        String cursor,
        long id,
        Instant at,
        @Nullable String tenant,
        @Nullable String cache,
        String action,
        String outcome,
        @Nullable String reason,
        long count,
        String actor,
        @Nullable String tokenId,
        @Nullable String tokenNote,
        @Nullable String address,
        @Nullable String requestId,
        @Nullable String path,
        @Nullable String key,
        @JsonRawValue String detail) {}
