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
 * @param repository whose build did it, by the identity token that was exchanged for its token; null: it was no build
 * @param commit that was built
 * @param ref the branch or tag that was built
 * @param workflow that built it
 * @param run of that workflow
 * @param detail as the record has it
 */
public record EventResponse(
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
        @Nullable String repository,
        @Nullable String commit,
        @Nullable String ref,
        @Nullable String workflow,
        @Nullable String run,
        @JsonRawValue String detail) {}
