package io.narthex.outbound;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request that goes out.
 *
 * @param uri http or https, without a user in it
 * @param headers what is sent beside our own; nothing of a client's
 * @param credentials who is sent them
 * @param redirectHosts to which a redirect may lead besides the host itself; empty: to any that may be connected to
 * @param connect how long a connection may take
 * @param stall how long an answer may stand still
 */
public record OutboundRequest(
        URI uri,
        Map<String, String> headers,
        Optional<Credentials> credentials,
        Set<String> redirectHosts,
        Duration connect,
        Duration stall) {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration STALL = Duration.ofSeconds(10);

    public OutboundRequest {
        headers = Map.copyOf(headers);
        redirectHosts = Set.copyOf(redirectHosts);
    }

    /** Without credentials, and with the usual patience. */
    public static OutboundRequest of(URI uri) {
        return new OutboundRequest(uri, Map.of(), Optional.empty(), Set.of(), CONNECT, STALL);
    }

    /**
     * What is shown to one origin, over https alone.
     *
     * @param origin {@code https://host:port}, as {@link OutboundClient#originOf} writes it
     * @param authorization the value of the header
     */
    public record Credentials(String origin, String authorization) {
        @Override
        public String toString() {
            return "Credentials[" + origin + ", ***]";
        }
    }
}
