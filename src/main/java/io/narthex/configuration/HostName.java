package io.narthex.configuration;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/** Finds this machine's name, as far as that is possible without a network. */
final class HostName {
    private HostName() {}

    /** Never empty, and fit for the name of a signing key: letters, digits, {@code . _ -}. */
    static String of(Map<String, String> environment) {
        String name = environment.getOrDefault("HOSTNAME", "");
        if (name.isBlank()) {
            try {
                name = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                name = "";
            }
        }
        String valid = name.strip().replaceAll("[^A-Za-z0-9._-]", "-");
        return valid.isEmpty() ? "localhost" : valid;
    }
}
