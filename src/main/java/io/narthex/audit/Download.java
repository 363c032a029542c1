package io.narthex.audit;

import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A NAR that was sent to a client, whole or in part.
 *
 * @param at when it ended
 * @param path base name
 * @param tokenId public id of the token; {@link #ADMINISTRATOR} for that of the file; null: nobody's
 * @param address as much of it as is kept
 * @param bytesSent of the body
 * @param complete whether all of the file was sent in this one answer
 */
public record Download(
        Instant at,
        int tenantId,
        int cacheId,
        String path,
        @Nullable String tokenId,
        @Nullable InetAddress address,
        long bytesSent,
        boolean complete) {
    /** Stands for the token of the administrator's file, which has no public id. */
    public static final String ADMINISTRATOR = "administrator";
}
