package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.AddressBlock;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustedProxiesTest {
    @Test
    void believesAProxyThatIsTrusted() throws Exception {
        assertThat(answer(List.of(AddressBlock.parse("127.0.0.1")))).isEqualTo("203.0.113.9 https false");
    }

    @Test
    void believesNobodyElse() throws Exception {
        assertThat(answer(List.of(AddressBlock.parse("127.0.0.2")))).isEqualTo("127.0.0.1 http false");
    }

    /** Client address, scheme, and whether a header of a proxy is left, as seen behind the handler. */
    private static String answer(List<AddressBlock> trusted) throws Exception {
        Undertow server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(TrustedProxies.handler(new ForwardedFor(trusted), exchange -> {
                    boolean left = exchange.getRequestHeaders().getHeaderNames().stream()
                            .anyMatch(name -> name.toString().startsWith("X-"));
                    exchange.getResponseSender()
                            .send(exchange.getSourceAddress().getAddress().getHostAddress() + " "
                                    + exchange.getRequestScheme() + " " + left);
                }))
                .build();
        server.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .header("X-Forwarded-For", "6.6.6.6, 203.0.113.9")
                    .header("X-Forwarded-Proto", "https")
                    .header("X-Real-IP", "6.6.6.6")
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } finally {
            server.stop();
        }
    }
}
