package io.narthex.serve;

import io.narthex.configuration.Listeners;
import io.narthex.configuration.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Asks the server what it says of itself, over the ports it was told to use. */
final class Probe {
    private final URI ready;
    private final URI publicKey;
    private final Path adminToken;

    Probe(Settings settings) {
        Listeners listeners = settings.listeners();
        ready = URI.create(
                "http://" + reach(listeners.managementBind()) + ":" + listeners.managementPort() + "/health/ready");
        publicKey = URI.create(
                "http://" + reach(listeners.bind().orElse("127.0.0.1")) + ":" + listeners.port() + "/public-key");
        adminToken = settings.adminTokenFile();
    }

    /** The address under which a client on this machine reaches a listener bound to that one. */
    static String reach(String bind) {
        return switch (bind) {
            case "0.0.0.0", "::", "0:0:0:0:0:0:0:0" -> "localhost";
            default -> bind.contains(":") ? "[" + bind + "]" : bind;
        };
    }

    boolean healthy() {
        return get(ready, Optional.empty()).isPresent();
    }

    /** The keys that the default cache signs with, {@code name:base64} each, also of a private one; none if it does not tell. */
    List<String> publicKeys() {
        return get(publicKey, token())
                .map(text -> text.lines().filter(line -> !line.isBlank()).toList())
                .orElse(List.of());
    }

    private Optional<String> token() {
        try {
            return Optional.of(Files.readString(adminToken).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The body of a 200; anything else is nothing. */
    private static Optional<String> get(URI uri, Optional<String> token) {
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            token.ifPresent(text -> connection.setRequestProperty("Authorization", "Bearer " + text));
            connection.setConnectTimeout(1_000);
            connection.setReadTimeout(10_000);
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                connection.disconnect();
                return Optional.empty();
            }
            try (InputStream body = connection.getInputStream()) {
                return Optional.of(new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
