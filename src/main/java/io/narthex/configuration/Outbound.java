package io.narthex.configuration;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The settings that say how this server reaches others.
 *
 * @param addresses networks that are not public and may be connected to
 * @param upstreamBytes how many bytes of upstreams are kept; none is a part of the disk
 * @param proxy asks for this server; none is to ask directly
 * @param trustStoreFile certificates of the house's own authorities, beside those that Java brings
 */
public record Outbound(
        List<AddressBlock> addresses, OptionalLong upstreamBytes, Optional<URI> proxy, Optional<Path> trustStoreFile) {
    public Outbound {
        addresses = List.copyOf(addresses);
    }
}
