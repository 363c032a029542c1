package io.narthex.configuration;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The settings that say what {@code /metrics} tells.
 *
 * @param tenants whether it has numbers of each cache, with the names of tenants
 * @param caches how many caches it has numbers of at most
 */
public record Metrics(boolean tenants, int caches) {
    /** Whether it is told only to who has a token: names of tenants are not for whoever reaches the port. */
    public boolean wantsToken(Listeners listeners) {
        return tenants && !isLoopback(listeners.managementBind());
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
