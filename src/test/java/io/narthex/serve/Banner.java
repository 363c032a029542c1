package io.narthex.serve;

import io.narthex.configuration.Listeners;
import io.narthex.configuration.Settings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the user sees when the server is up: where it is, and what to write into nix.conf. */
final class Banner {
    private Banner() {}

    static String text(Settings settings, List<String> publicKeys) {
        Listeners listeners = settings.listeners();
        String host = Probe.reach(listeners.bind().orElse("0.0.0.0"));
        String http = "http://" + host + ":" + listeners.port();
        String url = settings.url().map(URI::toString).orElse(http);
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  Narthex serves " + url);
        lines.add("    listens on   " + http + "  https://" + host + ":" + listeners.httpsPort());
        if (settings.defaultCache()) {
            lines.addAll(defaultCache(url, publicKeys));
        } else {
            lines.add("    no default cache (NARTHEX_DEFAULT_CACHE=off)");
            lines.add("    in nix.conf  what " + url + "/TENANT/CACHE/setup says");
        }
        lines.add("    admin token  " + settings.adminTokenFile());
        if (settings.database().url().isEmpty()) {
            lines.add("    audit        psql \"$(cat " + Home.auditorUri(settings.home()) + ")\"");
        }
        lines.add("    logs         " + settings.home().resolve("log"));
        lines.add("    health       http://" + Probe.reach(listeners.managementBind()) + ":"
                + listeners.managementPort() + "/health");
        Path nix = Preflight.nixDatabase(settings);
        if (Files.notExists(nix)) {
            lines.add("    There is no Nix store here (" + nix + "): one that appears later is picked up.");
        }
        if (isLoopback(listeners)) {
            lines.add("    Only this machine reaches it: NARTHEX_BIND=:: opens it to the network.");
        } else if (settings.url().isEmpty()) {
            lines.add("    NARTHEX_URL tells it the name under which others reach it.");
        }
        lines.add("");
        return String.join(System.lineSeparator(), lines);
    }

    private static List<String> defaultCache(String url, List<String> publicKeys) {
        List<String> lines = new ArrayList<>();
        publicKeys.forEach(key -> lines.add("    public key   " + key));
        lines.add("    in nix.conf");
        lines.add("      extra-substituters = " + url);
        if (!publicKeys.isEmpty()) {
            lines.add("      extra-trusted-public-keys = " + String.join(" ", publicKeys));
        }
        return lines;
    }

    private static boolean isLoopback(Listeners listeners) {
        String bind = listeners.bind().orElse("localhost");
        return bind.equals("localhost") || bind.equals("::1") || bind.startsWith("127.");
    }
}
