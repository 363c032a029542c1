package io.narthex.configuration;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How much of a client's address the record keeps. */
public enum AuditAddresses {
    FULL,
    /** The network: an IPv4 address without its last 8 bits, an IPv6 address without its last 80. */
    TRUNCATED,
    NONE;

    private static final int IPV4_KEPT = 3;
    private static final int IPV6_KEPT = 6;

    /** What is kept of an address; null where nothing is. */
    public @Nullable InetAddress kept(@Nullable InetAddress address) {
        return address == null
                ? null
                : switch (this) {
                    case FULL -> address;
                    case TRUNCATED -> network(address.getAddress());
                    case NONE -> null;
                };
    }

    private static InetAddress network(byte[] address) {
        byte[] network = address.clone();
        Arrays.fill(network, network.length == 4 ? IPV4_KEPT : IPV6_KEPT, network.length, (byte) 0);
        try {
            return InetAddress.getByAddress(network);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
