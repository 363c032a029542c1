package io.narthex.operations;

import io.narthex.blob.S3Server;
import io.narthex.it.Nginx;
import io.narthex.it.OwnServer;
import io.narthex.it.Replica;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.serve.FreePort;
import io.narthex.serve.LauncherProcess;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Three servers on one PostgreSQL with a replica and one S3 behind nginx, as src/docs/cluster.md has them. */
final class ThreeNodes implements AutoCloseable {
    /** Of each log. */
    private static final int SHOWN = 20;

    private final Path directory;
    private final Deque<Closeable> open = new ArrayDeque<>();
    private final Replica databases;
    private final OwnServer first;
    private final List<Node> others = new ArrayList<>();
    private final Nginx balancer;

    /** One that is stopped and started, always with the same home and ports. */
    static final class Node implements Closeable {
        private final OwnServer first;
        private final Path home;
        private final Map<String, String> ports;
        private volatile @Nullable LauncherProcess running;

        private Node(OwnServer first, Path home) throws IOException {
            this.first = first;
            this.home = home;
            ports = LauncherProcess.freePorts();
        }

        void start() throws IOException, InterruptedException {
            running = first.startNode(home, ports);
        }

        void kill() throws IOException, InterruptedException {
            LauncherProcess now = running;
            if (now != null) {
                now.killWildFly();
            }
            close();
        }

        private String port() {
            return String.valueOf(ports.get("NARTHEX_PORT"));
        }

        private String url() {
            return "http://127.0.0.1:" + port();
        }

        /** As an operator stops it. */
        @Override
        public void close() throws IOException {
            LauncherProcess now = running;
            running = null;
            if (now != null) {
                now.close();
            }
        }
    }

    /** All three are ready when this returns. */
    ThreeNodes(Path directory) throws Exception {
        this.directory = directory;
        try {
            S3Server uploads = opened(new S3Server());
            int port = FreePort.find();
            databases = opened(Replica.start(directory.resolve("postgresql"), directory.resolve("replica")));
            first = opened(OwnServer.start(directory, databases.primary(), settings(uploads, port, databases.url())));
            List<String> ports = new ArrayList<>(
                    List.of(String.valueOf(URI.create(first.url()).getPort())));
            for (String name : List.of("second", "third")) {
                others.add(opened(new Node(first, directory.resolve(name))));
                ports.add(others.getLast().port());
            }
            startOthers();
            balancer = opened(Balancer.start(directory.resolve("nginx"), port, ports));
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /** At once: the first has migrated the database. */
    private void startOthers() throws Exception {
        try (ExecutorService both = Executors.newFixedThreadPool(others.size())) {
            List<Callable<Void>> starts = new ArrayList<>();
            for (Node node : others) {
                starts.add(() -> {
                    node.start();
                    return null;
                });
            }
            for (Future<Void> start : both.invokeAll(starts)) {
                start.get();
            }
        }
    }

    private static Map<String, String> settings(S3Server uploads, int balancer, String databases) {
        return Map.of(
                "NARTHEX_DB_URL",
                databases,
                "NARTHEX_BLOBS",
                "s3://" + S3Server.BUCKET + "/cluster",
                "NARTHEX_S3_ENDPOINT",
                uploads.endpoint().toString(),
                "AWS_ACCESS_KEY_ID",
                S3Server.KEY,
                "AWS_SECRET_ACCESS_KEY",
                S3Server.SECRET,
                "NARTHEX_TRUSTED_PROXIES",
                "127.0.0.1",
                "NARTHEX_URL",
                "http://127.0.0.1:" + balancer);
    }

    private <T extends Closeable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    /** Of two nodes, the first of which stays. */
    Node second() {
        return others.get(0);
    }

    Node third() {
        return others.get(1);
    }

    /** Ends PostgreSQL under them and starts it again. */
    void restartDatabase() throws IOException, SQLException {
        first.restartDatabase();
    }

    /** PostgreSQL is killed, and its replica takes over. */
    void losePrimary() throws IOException, SQLException {
        first.losePrimary(databases);
    }

    Rows rows() {
        return first.rows();
    }

    String administrator() throws IOException {
        return first.token();
    }

    /** A new cache, as the balancer has it. */
    TenantCache cache() throws IOException, InterruptedException {
        return first.cache("{}").at(balancer.url());
    }

    /** The same cache, as each node has it. */
    List<TenantCache> each(TenantCache cache) {
        return List.of(cache.at(first.url()), cache.at(second().url()), cache.at(third().url()));
    }

    /** What the servers called errors, and the last that nginx did: for whoever reads that a test failed. */
    String complaints() {
        StringBuilder found = new StringBuilder("with the errors:\n");
        for (String node : List.of("home", "second", "third")) {
            lines(directory.resolve(node).resolve("log/server.log"))
                    .filter(line -> line.contains(" ERROR "))
                    .limit(SHOWN)
                    .forEach(
                            line -> found.append(node).append(": ").append(line).append('\n'));
        }
        List<String> balanced = lines(directory.resolve("nginx/nginx.log"))
                .filter(line -> line.contains("[error]"))
                .toList();
        balanced.subList(Math.max(0, balanced.size() - SHOWN), balanced.size())
                .forEach(line -> found.append(line).append('\n'));
        return found.toString();
    }

    private static Stream<String> lines(Path log) {
        try {
            return Files.readAllLines(log).stream();
        } catch (IOException e) {
            return Stream.of("[error] ERROR " + e);
        }
    }

    @Override
    public void close() throws IOException {
        IOException failed = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException | RuntimeException e) {
                failed = new IOException("not all has ended", e);
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
