package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The post-build-hook that a cache hands out, run by the real Nix after real builds. */
@ExtendWith(ArquillianExtension.class)
class PostBuildHookIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private NixStore builder;
    private TenantCache cache;
    private Path token;
    private Path queue;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        builder = NixStore.in(directory.resolve("builder"));
        cache = TenantCache.make("{}");
        token = Files.writeString(directory.resolve("token"), cache.token() + "\n");
        mode("rw-------");
        queue = directory.resolve("queue");
    }

    /** The directory goes only when nothing in the background uses it any more. */
    @AfterEach
    void awaitTheBackground() throws Exception {
        if (Files.exists(queue.resolve("new"))) {
            try (Stream<Path> left = Files.list(queue.resolve("new"))) {
                for (Path entry : left.toList()) {
                    Files.delete(entry);
                }
            }
        }
        await(() -> !Files.exists(queue.resolve("lock")));
    }

    private void mode(String permissions) throws IOException {
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString(permissions));
    }

    /** The script as the cache hands it out, behind one that sets its environment. */
    private Path hook(String url) throws Exception {
        Path script = executable("hook", cache.get("post-build-hook").body());
        String environment = "#!/bin/sh\nexport NARTHEX_PUSH_TOKEN_FILE='" + token + "' NARTHEX_PUSH_QUEUE='" + queue
                + "' NARTHEX_PUSH_PAUSE=1 NARTHEX_PUSH_URL='" + url + "'\nexec '" + script + "' \"$@\"\n";
        return executable("hook-here", environment.getBytes(StandardCharsets.UTF_8));
    }

    private Path executable(String name, byte[] text) throws IOException {
        Path file = Files.write(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private StorePath build(String name, Path hook) throws IOException {
        Path file = Files.writeString(
                builder.scratch().resolve("default.nix"),
                "derivation { name = \"" + name + "\"; system = \"builtin\"; builder = \"builtin:buildenv\";"
                        + " derivations = \"\"; manifest = builtins.toFile \"manifest\" \"" + name + "\"; }");
        return StorePath.parse(
                StoreDir.DEFAULT,
                builder.run(
                                "nix-build",
                                "--store",
                                builder.uri(),
                                "--no-out-link",
                                "--option",
                                "post-build-hook",
                                hook.toString(),
                                file.toString())
                        .strip());
    }

    private boolean isThere(StorePath path) throws IOException, InterruptedException {
        return cache.get(path.hash() + ".narinfo").statusCode() == 200;
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(Condition condition) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.holds() && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(condition.holds()).isTrue();
    }

    private String log() throws IOException {
        Path log = queue.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private long queued() throws IOException {
        try (Stream<Path> all = Files.list(queue.resolve("new"))) {
            return all.count();
        }
    }

    @Test
    void pushesInTheBackgroundWhateverIsBuilt() throws Exception {
        Path hook = hook(cache.url());

        StorePath first = build("hooked-1", hook);
        StorePath second = build("hooked-2", hook);

        await(() -> isThere(first) && isThere(second));
        await(() -> queued() == 0);
        assertThat(log()).doesNotContain(cache.token());
    }

    @Test
    void holdsNoBuildUpWhileTheServerIsAwayAndPushesWhenItIsBack() throws Exception {
        int port = FreePort.find();
        URI url = URI.create(cache.url());
        Path hook = hook("http://127.0.0.1:" + port + url.getPath());
        long without = System.nanoTime();
        build("hooked-without", executable("nothing", "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8)));
        long usual = System.nanoTime() - without;

        long begun = System.nanoTime();
        StorePath path = build("hooked-away", hook);
        assertThat(System.nanoTime() - begun).isLessThan(usual + TimeUnit.SECONDS.toNanos(4));

        await(() -> log().contains("trying again in 1 seconds"));
        assertThat(queued()).isEqualTo(1);
        try (ServerSocket back = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> forward(back, url));
            await(() -> isThere(path));
            await(() -> queued() == 0);
        }
    }

    /** Lets every connection go on to the server. */
    private static void forward(ServerSocket listener, URI server) {
        while (true) {
            try {
                Socket client = listener.accept();
                Socket upstream = new Socket(server.getHost(), server.getPort());
                pipe(client, upstream);
                pipe(upstream, client);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void pipe(Socket from, Socket to) {
        Thread.ofVirtual().start(() -> {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                return; // one end is gone: so is the other
            }
        });
    }

    @Test
    void readsNoTokenThatOthersMayRead() throws Exception {
        mode("rw-r-----");
        Path hook = hook(cache.url());

        StorePath path = build("hooked-open", hook);

        await(() -> log().contains("chmod 600"));
        assertThat(isThere(path)).isFalse();
        mode("rw-------");
        await(() -> isThere(path));
    }

    @Test
    void triesForADayAndThenGivesUp() throws Exception {
        StorePath path = builder.add("hooked-by-hand", "by hand");
        Path hook = hook(cache.url());
        Path entries = Files.createDirectories(queue.resolve("new"));
        Files.createDirectories(queue.resolve("half"));
        mode("rw-r--r--");
        long now = Instant.now().getEpochSecond();
        Path old = Files.writeString(entries.resolve(now - 86_401 + "-old"), NixStore.path(path) + "\n");
        Path younger = Files.writeString(entries.resolve(now - 86_000 + "-younger"), NixStore.path(path) + "\n");
        Process background = new ProcessBuilder(hook.toString(), "--background").start();
        await(() -> log().contains("trying again"));

        assertThat(log()).contains("given up after 86400 seconds");
        assertThat(old).doesNotExist();
        assertThat(younger).exists();
        Files.delete(younger);
        assertThat(background.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
