package io.narthex.operations;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real nginx with the site for several nodes that the product brings, at a port of its own and without TLS. */
final class Balancer implements Closeable {
    private static final Path SITE = Path.of("wildfly-config/nginx/narthex-nodes.conf");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final int port;
    private final Path log;

    private Balancer(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Returns when it listens.
     *
     * @param nodes the ports of the three
     */
    static Balancer start(Path directory, int port, List<String> nodes) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("site.conf"), site(port, nodes));
        // its temporary directories lie where nobody but it is, and who runs the tests may be root
        Path configuration = Files.writeString(directory.resolve("nginx.conf"), """
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                include site.conf;
            }
            """);
        Path log = directory.resolve("nginx.log");
        Process started = new ProcessBuilder("nginx", "-p", directory.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Balancer balancer = new Balancer(started, port, log);
        balancer.await();
        return balancer;
    }

    private static String site(int port, List<String> nodes) throws IOException {
        String site = Files.readString(SITE);
        for (int i = 0; i < nodes.size(); i++) {
            site = replaced(site, "10\\.0\\.0\\.1" + (i + 1) + ":8080", "127.0.0.1:" + nodes.get(i));
        }
        site = replaced(site, "listen 80;", "listen 127.0.0.1:" + port + ";");
        return replaced(site, "(?m)^ *(listen \\[|listen 443|ssl_).*$", "");
    }

    private static String replaced(String text, String pattern, String by) {
        String made = text.replaceAll(pattern, by);
        if (made.equals(text)) {
            throw new IllegalStateException(SITE + " has no " + pattern);
        }
        return made;
    }

    private void await() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (process.isAlive() && Instant.now().isBefore(end)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException e) {
                Thread.sleep(20);
            }
        }
        close();
        throw new IOException("nginx did not start: " + log());
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    private String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
