package io.narthex.serve;

import io.narthex.configuration.AddressBlock;
import io.narthex.configuration.Database;
import io.narthex.configuration.DatabaseProblem;
import io.narthex.configuration.Listeners;
import io.narthex.configuration.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What can be known to fail before anything is started. */
final class Preflight {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String LOOPBACK6 = "::1";

    private Preflight() {}

    static void check(Settings settings) throws Refusal {
        Listeners listeners = settings.listeners();
        checkFree(listeners.bind().orElse(LOOPBACK), listeners.port(), "NARTHEX_PORT", "NARTHEX_BIND");
        checkFree(listeners.bind().orElse(LOOPBACK), listeners.httpsPort(), "NARTHEX_HTTPS_PORT", "NARTHEX_BIND");
        if (alsoLoopback6(listeners)) {
            checkFree(LOOPBACK6, listeners.port(), "NARTHEX_PORT", "NARTHEX_BIND");
            checkFree(LOOPBACK6, listeners.httpsPort(), "NARTHEX_HTTPS_PORT", "NARTHEX_BIND");
        }
        checkFree(
                listeners.managementBind(),
                listeners.managementPort(),
                "NARTHEX_MANAGEMENT_PORT",
                "NARTHEX_MANAGEMENT_BIND");
        checkNixDatabase(settings);
        checkDatabase(settings.database());
    }

    /** Whether HTTP and HTTPS listen on ::1 beside 127.0.0.1: no address is set and the machine has IPv6. */
    static boolean alsoLoopback6(Listeners listeners) {
        if (listeners.bind().isPresent()) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(AddressBlock.parseAddress(LOOPBACK6), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The database of the Nix store; there may be none. */
    static Path nixDatabase(Settings settings) {
        return settings.nixStoreRoot().resolve("nix/var/nix/db/db.sqlite");
    }

    private static void checkFree(String address, int port, String portSetting, String bindSetting) throws Refusal {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (IOException e) {
            String what = e.getMessage() != null && e.getMessage().contains("in use")
                    ? "port " + port + " on " + address + " is in use: stop who uses it, or set " + portSetting
                    : "port " + port + " on " + address + " cannot be opened (" + e.getMessage() + "): set "
                            + portSetting + " or " + bindSetting;
            throw new Refusal(what);
        }
    }

    private static void checkNixDatabase(Settings settings) throws Refusal {
        Path file = nixDatabase(settings);
        // neither there nor away: a directory on the way cannot be searched
        if (!Files.isReadable(file) && !Files.notExists(file)) {
            throw new Refusal("the Nix database " + file + " cannot be read by user " + System.getProperty("user.name")
                    + ": let this user read it, or name another root in NARTHEX_NIX_STORE");
        }
    }

    private static void checkDatabase(Database database) throws Refusal {
        if (database.url().isEmpty()) {
            return;
        }
        String url = database.url().orElseThrow();
        Optional<String> problem = DatabaseProblem.find(url, database.user(), database.password());
        if (problem.isEmpty() && database.ownerUser().isPresent()) {
            problem = DatabaseProblem.find(url, database.ownerUser().orElseThrow(), database.ownerPassword());
        }
        if (problem.isPresent()) {
            throw new Refusal(problem.orElseThrow());
        }
    }
}
