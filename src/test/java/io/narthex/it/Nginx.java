package io.narthex.it;

import io.narthex.serve.FreePort;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The real nginx at a port of the loopback. */
public final class Nginx implements Closeable {
    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** One that serves a directory of files; returns when it listens. */
    public static Nginx over(Path files, Path directory) throws IOException, InterruptedException {
        int port = FreePort.find();
        return start(directory, port, "server { listen 127.0.0.1:" + port + "; root " + files + "; }");
    }

    /**
     * One with any site; returns when it listens.
     *
     * @param site what stands in the block {@code http}, and listens at the port
     */
    public static Nginx start(Path directory, int port, String site) throws IOException, InterruptedException {
        Files.createDirectories(directory);
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
                %s
            }
            """.formatted(site));
        Path log = directory.resolve("nginx.log");
        Process started = new ProcessBuilder("nginx", "-p", directory.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Nginx nginx = new Nginx(started, port);
        nginx.await(log);
        return nginx;
    }

    private void await(Path log) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(Await.PATIENCE);
        while (process.isAlive() && Instant.now().isBefore(end)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException e) {
                Thread.sleep(20);
            }
        }
        close();
        throw new IOException("nginx did not start: " + Files.readString(log));
    }

    public String url() {
        return "http://127.0.0.1:" + port;
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
