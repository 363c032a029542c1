package io.narthex.upstream;

import io.narthex.serve.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The real nginx over a directory of files. */
final class StaticNginx implements AutoCloseable {
    private final Process process;
    private final int port;

    private StaticNginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns when it listens. */
    static StaticNginx start(Path directory, Path files) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        int port = FreePort.find();
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
                server { listen 127.0.0.1:%d; root %s; }
            }
            """.formatted(port, files));
        Process started = new ProcessBuilder("nginx", "-p", directory.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("nginx.log").toFile())
                .start();
        StaticNginx nginx = new StaticNginx(started, port);
        nginx.await(directory);
        return nginx;
    }

    private void await(Path directory) throws IOException, InterruptedException {
        while (process.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException e) {
                Thread.sleep(20);
            }
        }
        throw new IOException("nginx did not start: " + Files.readString(directory.resolve("nginx.log")));
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
