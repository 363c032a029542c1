package io.narthex.share;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Says for whom some work is done. What is scarce is shared out between tenants, a tenant's part between its tokens,
 * and a token's part between its addresses.
 *
 * @param tenant names the tenant; all strangers are one, and so are the server's own tokens
 * @param token names one of the tenant's tokens; for strangers, the tenant that they visit
 * @param address names the network that the request came from
 */
public record Sharer(String tenant, String token, String address) {
    private static final String STRANGERS = "strangers";
    private static final String SERVER = "server";

    /** Of an IPv6 address: who has one has all that begin with the same eight bytes (RFC 4291 2.5.4). */
    private static final int NETWORK_BYTES = 8;

    /** The holder of a valid token of a tenant. */
    public static Sharer ofTenant(int tenantId, String token, InetAddress address) {
        return new Sharer(Integer.toString(tenantId), token, network(address));
    }

    /** The holder of a valid token of the server, or its administrator. */
    public static Sharer ofServer(String token, InetAddress address) {
        return new Sharer(SERVER, token, network(address));
    }

    /**
     * Whoever has no valid token. Those who visit one tenant do not take the places of those who visit another, nor
     * those of the tenant itself.
     *
     * @param visited the name or number of the tenant that the request means; empty for none
     */
    public static Sharer ofStranger(String visited, InetAddress address) {
        return new Sharer(STRANGERS, visited, network(address));
    }

    private static String network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
