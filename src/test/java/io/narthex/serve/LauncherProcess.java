package io.narthex.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The launcher as the user runs it, with a home and ports of its own. */
public final class LauncherProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** For a server that lives for a minute: the second compiler would work longer than the code then runs. */
    static final String JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private final Path home;
    private final Path output;
    private final Process process;

    private LauncherProcess(Path home, Path output, Process process) {
        this.home = home;
        this.output = output;
        this.process = process;
    }

    /** Settings by name; those that are not given here are unset. */
    public static LauncherProcess start(Path home, Map<String, String> settings) throws IOException {
        return start(home, Path.of(System.getProperty("server.home")), settings);
    }

    /** The same with another WildFly than the build makes. */
    static LauncherProcess start(Path home, Path server, Map<String, String> settings) throws IOException {
        Path output = Files.createTempFile("serve", ".out");
        ProcessBuilder builder = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        FreePort.argumentForStarted(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Serve.class.getName(),
                        server.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("NARTHEX_") || name.startsWith("NIX_"));
        builder.environment().put("NARTHEX_HOME", home.toString());
        builder.environment().put("NARTHEX_JAVA_OPTS", JAVA_OPTIONS + " " + LoadedClasses.option());
        builder.environment().putAll(settings);
        return new LauncherProcess(home, output, builder.start());
    }

    /** Three ports that are free now. */
    public static Map<String, String> freePorts() throws IOException {
        Set<Integer> ports = new HashSet<>();
        while (ports.size() < 3) {
            ports.add(FreePort.find());
        }
        Iterator<Integer> next = ports.iterator();
        return Map.of(
                "NARTHEX_PORT", next.next().toString(),
                "NARTHEX_HTTPS_PORT", next.next().toString(),
                "NARTHEX_MANAGEMENT_PORT", next.next().toString());
    }

    /** All that was printed, once the banner is there or the process has ended. */
    public String awaitBanner() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!output().contains("in nix.conf")
                && process.isAlive()
                && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        return output();
    }

    public int awaitEnd() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the launcher does not end");
        }
        return process.exitValue();
    }

    public String output() throws IOException {
        return Files.readString(output);
    }

    /** WildFly and PostgreSQL, as they run now. */
    public List<ProcessHandle> servers() throws IOException {
        return List.of(wildFly(), process("postgresql/postmaster.pid"));
    }

    /** WildFly, as it runs now. */
    public ProcessHandle wildFly() throws IOException {
        return process("wildfly.pid");
    }

    private ProcessHandle process(String file) throws IOException {
        String first = Files.readString(home.resolve(file)).split("\\s", 2)[0];
        Optional<ProcessHandle> found = ProcessHandle.of(Long.parseLong(first));
        return found.orElseThrow(() -> new IllegalStateException(file + " names no process"));
    }

    public void terminate() {
        process.destroy();
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** {@code kill -9} of WildFly alone; returns when it is gone, and the launcher that saw it. */
    public void killWildFly() throws IOException, InterruptedException {
        ProcessHandle server = wildFly();
        server.destroyForcibly();
        server.onExit().join();
        awaitEnd();
    }

    @Override
    public void close() throws IOException {
        RunningProcess.end(process.toHandle());
        Files.delete(output);
    }
}
