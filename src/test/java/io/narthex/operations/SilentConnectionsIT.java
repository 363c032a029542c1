package io.narthex.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections to the HTTPS port whose TLS handshake does not end. */
@ExtendWith(SharedServer.class)
class SilentConnectionsIT {
    /** Of each kind: more than there are threads and places. */
    private static final int MANY = 200;

    private static final int PATIENCE_MILLIS = 120_000;

    private static final byte[] NOTHING = {};
    /** The beginning of a record of 512 bytes. */
    private static final byte[] BEGINNING_OF_A_HELLO = HexFormat.of().parseHex("160301020001" + "0001fc0303");

    private final URI server = URI.create(System.getProperty("it.https.url"));
    private final List<Socket> silent = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : silent) {
            socket.close();
        }
    }

    @Test
    void areClosedAndHoldNobodyUp() throws Exception {
        SSLContext client = trustingAnybody();
        try (Socket idle = tls(client)) {
            assertThat(ask(idle)).startsWith("HTTP/1.1 200 ");
            for (byte[] sent : List.of(NOTHING, BEGINNING_OF_A_HELLO, hello(client))) {
                for (int i = 0; i < MANY; i++) {
                    silent.add(connect(sent));
                }
            }
            try (Socket other = tls(client)) {
                assertThat(ask(other)).startsWith("HTTP/1.1 200 ");
            }

            for (Socket socket : silent) {
                awaitEnd(socket);
            }

            assertThat(ask(idle)).as("a connection that is older").startsWith("HTTP/1.1 200 ");
        }
    }

    /** Fails where the server lets it stay open. */
    private static void awaitEnd(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // reset, which is an end too
        }
    }

    private Socket connect(byte[] sent) throws IOException {
        Socket socket = patient(new Socket(server.getHost(), server.getPort()));
        socket.getOutputStream().write(sent);
        return socket;
    }

    private Socket tls(SSLContext client) throws IOException {
        return patient(client.getSocketFactory().createSocket(server.getHost(), server.getPort()));
    }

    private static Socket patient(Socket socket) throws SocketException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** The first line of an answer, of which nothing else stands behind its head. */
    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("HEAD /nix-cache-info HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String first = in.readLine();
        for (String line = first; line != null && !line.isEmpty(); ) {
            line = in.readLine();
        }
        return String.valueOf(first);
    }

    /** All of a client's first message. */
    private static byte[] hello(SSLContext client) throws SSLException {
        SSLEngine engine = client.createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    /** WildFly makes its certificate itself. */
    private static SSLContext trustingAnybody() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                null);
        return context;
    }
}
