package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.receive.Upload;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The post-build-hook that a cache hands out, run by the real Nix after real builds. */
@ExtendWith(SharedServer.class)
class PostBuildHookIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

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
        queue = directory.resolve("a queue");
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

    /** The script as the cache hands it out, behind one that sets its environment, and more of that. */
    private Path hook(String... more) throws Exception {
        Path script = executable("hook", cache.get("post-build-hook").body());
        String environment = "#!/bin/sh\nexport NARTHEX_PUSH_TOKEN_FILE='" + token + "' NARTHEX_PUSH_QUEUE='" + queue
                + "' NARTHEX_PUSH_PAUSE=1 " + String.join(" ", more) + "\nexec '" + script + "' \"$@\"\n";
        return executable("hook-here", environment.getBytes(StandardCharsets.UTF_8));
    }

    /** What one build has left to push. */
    private Path enqueue(String entry) throws IOException {
        Files.createDirectories(queue.resolve("half"));
        Path entries = Files.createDirectories(queue.resolve("new"));
        return Files.writeString(
                entries.resolve(
                        Instant.now().getEpochSecond() + "-" + entries.toFile().list().length),
                entry + "\n");
    }

    /** Runs the script with an option, in the builder's store. */
    private String run(Path hook, String option) throws IOException {
        return builder.run("sh", "-c", "'" + hook + "' " + option + " 2>&1; echo status $?");
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
        Path hook = hook();

        StorePath first = build("hooked-1", hook);
        StorePath second = build("hooked-2", hook);

        await(() -> isThere(first) && isThere(second));
        await(() -> queued() == 0);
        assertThat(log()).contains("/push'...").doesNotContain(cache.token());
        // it can fetch its own paths, since Nix remembers nothing of the push
        builder.delete(first);
        builder.run(
                "nix-store",
                "--store",
                builder.uri(),
                "--realise",
                NixStore.path(first),
                "--option",
                "substituters",
                cache.url(),
                "--option",
                "trusted-public-keys",
                cache.keys(),
                "--option",
                "netrc-file",
                Files.writeString(
                                directory.resolve("netrc"),
                                "machine 127.0.0.1 login any password " + cache.token() + "\n")
                        .toString());
    }

    @Test
    void dropsAPathThatIsGoneAndPushesTheOthersOfItsBuild() throws Exception {
        StorePath gone = builder.add("hooked-gone", "gone");
        StorePath left = builder.add("hooked-left", "left");
        builder.delete(gone);
        enqueue(NixStore.path(gone) + " " + NixStore.path(left));
        enqueue("derivation /nix/store/" + gone.hash() + "-gone.drv");

        assertThat(run(hook(), "--now"))
                .contains("dropped, since it is gone: " + NixStore.path(gone), "gone.drv", "status 0");

        assertThat(isThere(left)).isTrue();
        assertThat(queued()).isZero();
    }

    @Test
    void keepsNoBuildWaitingForThePauseOfAnother() throws Exception {
        Path hook = hook("NARTHEX_PUSH_PAUSE=600");
        enqueue("/nix/store/what-is-no-path");
        StorePath first = build("hooked-beside", hook);
        await(() -> isThere(first) && log().contains("trying again in 600 seconds"));

        StorePath second = build("hooked-behind", hook);
        // it is there a moment before the hook has heard so
        await(() -> isThere(second) && queued() == 1);

        assertThat(run(hook, "--now")).contains("status 1");
        await(() -> log().contains("trying again in 600 seconds: /nix/store/what-is-no-path\n")
                && log().lines().filter(line -> line.contains("trying again")).count() == 2);
    }

    @Test
    void triesNoConflictAgainAndPushesTheOtherOutputs() throws Exception {
        cache = TenantCache.make("{\"sources\":[\"local-store\",\"uploads\"]}");
        Files.writeString(token, cache.token() + "\n");
        StorePath taken = NixStore.served()
                .build("derivation { name = \"hooked-taken\"; system = \"builtin\"; builder = \"builtin:buildenv\";"
                        + " derivations = \"\"; manifest = builtins.toFile \"manifest\" \"taken\"; }");
        StorePath free = builder.add("hooked-free", "free");
        Files.writeString(builder.locate(taken), "something else");
        byte[] nar = builder.dump(taken);
        builder.run(
                "sh",
                "-c",
                "printf '%s\\n%s\\n%s\\n\\n0\\n' \"$@\" | nix-store --store '" + builder.uri() + "' --load-db",
                "sh",
                NixStore.path(taken),
                Upload.sha256(nar).nix32(),
                Integer.toString(nar.length));
        enqueue(NixStore.path(taken) + " " + NixStore.path(free));
        enqueue(NixStore.path(taken));

        assertThat(run(hook(), "--now")).contains("with other contents: " + NixStore.path(taken), "status 0");

        assertThat(isThere(free)).isTrue();
        assertThat(queued()).isZero();
    }

    @Test
    void putsAnOldLogAside() throws Exception {
        StorePath path = builder.add("hooked-logged", "logged");
        enqueue(NixStore.path(path));
        Files.writeString(queue.resolve("log"), "x".repeat(2 << 20));

        run(hook(), "--now");

        assertThat(Files.size(queue.resolve("log.1"))).isGreaterThanOrEqualTo(2 << 20);
        assertThat(log()).contains("pushed " + NixStore.path(path));
    }

    @Test
    void holdsNoBuildUpWhileTheServerIsAwayAndPushesWhenItIsBack() throws Exception {
        int port = FreePort.find();
        URI url = URI.create(cache.url());
        Path hook = hook("NARTHEX_PUSH_URL=http://127.0.0.1:" + port + url.getPath() + "/push");
        long without = System.nanoTime();
        build("hooked-without", executable("nothing", "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8)));
        long usual = System.nanoTime() - without;

        long begun = System.nanoTime();
        StorePath path = build("hooked-away", hook);
        assertThat(System.nanoTime() - begun).isLessThan(usual + TimeUnit.SECONDS.toNanos(30));

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
        Path hook = hook();

        StorePath path = build("hooked-open", hook);

        await(() -> log().contains("chmod 600"));
        assertThat(isThere(path)).isFalse();
        mode("rw-------");
        await(() -> isThere(path));
    }

    @Test
    void triesForADayAndThenGivesUp() throws Exception {
        StorePath path = builder.add("hooked-by-hand", "by hand");
        Path hook = hook();
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
