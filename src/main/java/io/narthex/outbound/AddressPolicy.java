package io.narthex.outbound;

import io.narthex.configuration.AddressBlock;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Decides which addresses this server connects to: those of the public Internet, and those that the operator lists. Never
 * one of its own listeners, nor its database. Thread-safe.
 */
final class AddressPolicy {
    /** IANA's registry of special addresses: what is no single host of the public Internet. */
    private static final List<AddressBlock> SPECIAL_IPV4 = blocks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    /** All that IANA has given out as global unicast; what carries an IPv4 address inside lies partly beyond it. */
    private static final AddressBlock GLOBAL_IPV6 = AddressBlock.parse("2000::/3");

    /** Inside that: protocols (Teredo among them, which carries IPv4), examples, and 6to4, which carries IPv4. */
    private static final List<AddressBlock> SPECIAL_IPV6 =
            blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private final Collection<AddressBlock> listed;
    private final OwnEndpoints own;

    /** Says whether this server itself listens at an address, or its database does. */
    interface OwnEndpoints {
        boolean contain(InetAddress address, int port);
    }

    /** @param listed what may be connected to although it is not public */
    AddressPolicy(Collection<AddressBlock> listed, OwnEndpoints own) {
        this.listed = List.copyOf(listed);
        this.own = own;
    }

    /** Whether a connection may go there. */
    boolean allows(InetAddress address, int port) {
        boolean reachable = isPublic(address) || isIn(listed, address);
        return reachable && !own.contain(address, port);
    }

    private static boolean isPublic(InetAddress address) {
        return address instanceof Inet4Address
                ? !isIn(SPECIAL_IPV4, address)
                : GLOBAL_IPV6.contains(address) && !isIn(SPECIAL_IPV6, address);
    }

    private static boolean isIn(Collection<AddressBlock> blocks, InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    private static List<AddressBlock> blocks(String... texts) {
        return Stream.of(texts).map(AddressBlock::parse).toList();
    }
}
