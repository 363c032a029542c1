package io.narthex.protocol;

import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A handler behind a real Undertow, and a client that may ask it many things at once. */
public final class LoopbackServer implements AutoCloseable {
    /** More than anything here takes; whoever waits for it waits for what never comes. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Undertow undertow;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public LoopbackServer(HttpHandler handler) {
        undertow = Undertow.builder()
                .addHttpListener(0, "localhost")
                .setHandler(handler)
                .build();
        undertow.start();
    }

    /** Asks on a connection of its own. */
    public CompletableFuture<HttpResponse<byte[]>> ask(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                .timeout(PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofByteArray());
    }

    public int port() {
        return ((InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress()).getPort();
    }

    @Override
    public void close() {
        client.close();
        undertow.stop();
    }
}
