package io.narthex.outbound;

import io.narthex.configuration.Listeners;
import io.narthex.configuration.Settings;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where this server itself listens, at any address of this machine, and where its database does. Thread-safe. */
final class ServerEndpoints implements AddressPolicy.OwnEndpoints {
    private static final int POSTGRESQL = 5432;

    /** The part of a JDBC URL that names hosts; several stand with commas between. */
    private static final Pattern HOSTS = Pattern.compile("jdbc:postgresql://([^/?]+).*");

    private static final Pattern HOST = Pattern.compile("(\\[[^]]+]|[^:]+)(?::(\\d{1,5}))?");

    private final Set<Integer> ports;
    private final List<Host> databases;

    private record Host(String name, int port) {}

    ServerEndpoints(Settings settings) {
        Listeners listeners = settings.listeners();
        ports = Set.of(listeners.port(), listeners.httpsPort(), listeners.managementPort());
        databases = databases(settings.database().url().orElse(""));
    }

    @Override
    public boolean contain(InetAddress address, int port) {
        return (ports.contains(port) && isOfThisMachine(address)) || isDatabase(address, port);
    }

    private boolean isDatabase(InetAddress address, int port) {
        for (Host database : databases) {
            if (database.port == port && isNamed(database.name, address)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(String name, InetAddress address) {
        try {
            for (InetAddress of : InetAddress.getAllByName(name)) {
                if (of.equals(address) || (isOfThisMachine(of) && isOfThisMachine(address))) {
                    return true;
                }
            }
            return false;
        } catch (UnknownHostException e) {
            // a name without addresses is nowhere
            return false;
        }
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            // what cannot be told is refused
            return true;
        }
    }

    private static List<Host> databases(String jdbc) {
        List<Host> found = new ArrayList<>();
        Matcher hosts = HOSTS.matcher(jdbc);
        if (hosts.matches()) {
            for (String one : hosts.group(1).split(",", -1)) {
                Matcher host = HOST.matcher(one);
                if (host.matches()) {
                    String port = host.group(2);
                    found.add(new Host(host.group(1), port == null ? POSTGRESQL : Integer.parseInt(port)));
                }
            }
        }
        return List.copyOf(found);
    }
}
