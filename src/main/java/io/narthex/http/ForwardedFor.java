package io.narthex.http;

import io.narthex.configuration.AddressBlock;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads the header X-Forwarded-For: the client's address, if the proxies that report it are trusted. */
final class ForwardedFor {
    private final List<AddressBlock> trusted;

    ForwardedFor(List<AddressBlock> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    boolean trusts(InetAddress address) {
        for (AddressBlock block : trusted) { // each request asks: no stream
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The rightmost address that is no proxy of ours: what stands left of it anybody may have written. If all are ours, it
     * is the leftmost; if an entry is no address, the one right of it.
     *
     * @param values of the header, in the order of the request, each a list separated by commas
     */
    Optional<InetAddress> client(List<String> values) {
        List<String> hops = new ArrayList<>();
        values.forEach(value -> hops.addAll(Arrays.asList(value.split(",", -1))));
        Optional<InetAddress> client = Optional.empty();
        for (String hop : hops.reversed()) {
            Optional<InetAddress> address = address(hop.strip());
            if (address.isEmpty()) {
                return client;
            }
            client = address;
            if (!trusts(address.orElseThrow())) {
                return client;
            }
        }
        return client;
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(AddressBlock.parseAddress(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
