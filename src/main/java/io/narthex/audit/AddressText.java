package io.narthex.audit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Writes IP addresses as PostgreSQL's type inet does. */
final class AddressText {
    private AddressText() {}

    /** Null for none. The zone of a link-local address is this machine's own affair and left out. */
    static @Nullable String of(@Nullable InetAddress address) {
        if (address == null) {
            return null;
        }
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }
}
