package io.narthex.audit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who did something, as the audit record names them.
 *
 * @param name {@code token}, {@code administrator}, {@code anonymous}, {@code job:reindex}, {@code server}
 * @param tokenId the public id of the token, if it was one
 * @param address of the client, as much of it as is kept
 * @param requestId of the request, if it was one
 */
record Actor(
        String name,
        @Nullable String tokenId,
        @Nullable String tokenNote,
        @Nullable InetAddress address,
        @Nullable String requestId) {
    /** What the server does by itself. */
    static final Actor SERVER = new Actor("server", null, null, null, null);

    static Actor job(String job) {
        return new Actor("job:" + job, null, null, null, null);
    }
}
