package io.narthex.serve;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A TCP port that nobody listens on and that no outgoing connection will get: systems take those from 32768 or from
 * 49152 on (RFC 6335, section 6; Linux's {@code ip_local_port_range}), and a port found by binding to 0 is one of them,
 * so that any connection made meanwhile may hold it.
 */
public final class FreePort {
    /** Above those that people give servers by hand. */
    private static final int LOWEST = 22_000;

    private static final int END = 32_768;
    private static final int ATTEMPTS = 100;

    /** Two JVMs that run tests, and what each starts, take every {@link #LANES}th: another could find the same one, before either binds it. */
    private static final int LANES = 4;

    /** Which of them are this JVM's; none outside of tests, all are. */
    private static final String LANE = "it.lane";

    /** Nobody may listen on them yet who will. */
    private static final Set<Integer> FOUND = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    public static int find() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, END);
            if (isOurs(port) && isFree(port) && FOUND.add(port)) {
                return port;
            }
        }
        throw new IOException("no free port from " + LOWEST + " to " + (END - 1) + " in " + ATTEMPTS + " attempts");
    }

    /** The argument by which a JVM that this one starts has ports that this one does not find. */
    static String argumentForStarted() {
        Integer lane = Integer.getInteger(LANE);
        return "-D" + LANE + "=" + (lane == null ? "" : lane + LANES / 2);
    }

    private static boolean isOurs(int port) {
        Integer lane = Integer.getInteger(LANE);
        return lane == null || port % LANES == lane % LANES;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
