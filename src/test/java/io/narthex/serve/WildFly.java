package io.narthex.serve;

import io.narthex.configuration.Database;
import io.narthex.configuration.Listeners;
import io.narthex.configuration.Secret;
import io.narthex.configuration.Settings;
import io.narthex.configuration.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.wildfly.core.launcher.Launcher;
import org.wildfly.core.launcher.StandaloneCommandBuilder;

/** The server's process: its options, its environment, and whether it is up. */
final class WildFly {
    private final Settings settings;
    private final Home home;
    private final Process process;

    private WildFly(Settings settings, Home home, Process process) {
        this.settings = settings;
        this.home = home;
        this.process = process;
    }

    static WildFly start(Settings settings, Home home, Path provisioned, Database database) throws IOException {
        Path own = home.directory().resolve("wildfly");
        ServerCopy.make(provisioned, own);
        Launcher launcher = Launcher.of(command(settings, home, own))
                .setRedirectErrorStream(true)
                .redirectOutput(home.log("console.log"))
                .setDirectory(home.directory());
        environment(settings, database).forEach(launcher::addEnvironmentVariable);
        // glibc would keep freed buffers in up to eight pools a processor, 100 MB on two of them
        launcher.addEnvironmentVariable("MALLOC_ARENA_MAX", "2");
        Process process = launcher.launch();
        RunningProcess.record(pidFile(home), process.toHandle());
        return new WildFly(settings, home, process);
    }

    /** Ends a server whose launcher was killed. */
    static void stopLeftBehind(Home home) throws IOException {
        RunningProcess.recorded(pidFile(home)).ifPresent(left -> {
            System.out.println("WildFly: process " + left.pid() + " was left behind, stopping it");
            RunningProcess.end(left);
        });
    }

    private static Path pidFile(Home home) {
        return home.directory().resolve("wildfly.pid");
    }

    private static StandaloneCommandBuilder command(Settings settings, Home home, Path own) {
        Listeners listeners = settings.listeners();
        boolean loopback6 = Preflight.alsoLoopback6(listeners);
        StandaloneCommandBuilder command = StandaloneCommandBuilder.of(own)
                .setJavaHome(System.getProperty("java.home"))
                .setJavaOptions(
                        "-Xmx512m",
                        // on two processors 7 % less work an answer and 70 MB less than G1, which marks all the time
                        // here
                        "-XX:+UseSerialGC",
                        // the heap begins small and, when it is collected whole, goes back to what is in use and a
                        // quarter more: it would begin with a sixty-fourth of the machine's memory and never give any
                        // back
                        "-Xms64m",
                        "-XX:MinHeapFreeRatio=10",
                        "-XX:MaxHeapFreeRatio=20",
                        "-XX:-ShrinkHeapInSteps",
                        // what is only held softly, as the lists in signed jars, goes after seconds: by itself it would
                        // stay for minutes, which is longer than a busy time needs to end
                        "-XX:SoftRefLRUPolicyMSPerMB=50",
                        // names of modules, classes and files are there many times
                        "-XX:+UseStringDeduplication",
                        "-Djava.awt.headless=true",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.net.preferIPv4Stack=false")
                .addJavaOption("-Djboss.tx.node.id=narthex-" + listeners.port())
                .addJavaOption("-Djboss.node.name=narthex-" + listeners.port())
                .addJavaOption("-Djboss.server.log.dir=" + home.log(""))
                .addJavaOption("-Djboss.console.level=WARN")
                // of five minutes, after which WildFly takes its start back: migrations and slow machines need longer
                .addJavaOption("-Djboss.as.management.blocking.timeout=3600")
                .addJavaOption("-Djboss.http.port=" + listeners.port())
                .addJavaOption("-Djboss.https.port=" + listeners.httpsPort())
                .addJavaOption("-Djboss.management.http.port=" + listeners.managementPort())
                .addJavaOption("-Djboss.loopback6.enabled=" + loopback6)
                .addJavaOption("-Djboss.bind.address.loopback6=" + (loopback6 ? "::1" : "127.0.0.1"))
                .setBindAddressHint(listeners.bind().orElse("127.0.0.1"))
                .setBindAddressHint("management", listeners.managementBind());
        frugal(Runtime.version().feature()).forEach(command::addJavaOption);
        List<String> operators = Stream.of(Optional.ofNullable(System.getenv("NARTHEX_JAVA_OPTS"))
                        .orElse("")
                        .split("\\s+", -1))
                .filter(option -> !option.isEmpty())
                .toList();
        loadedClasses(home.directory(), operators).forEach(command::addJavaOption);
        operators.forEach(command::addJavaOption);
        return command;
    }

    /**
     * Loaded classes, kept from the first stop on: a fifth less work at each later start. A JVM keeps them in one way only,
     * so that an operator who chose one has that; and beside a native agent, such as a debugger's, in none: it would not start.
     */
    static List<String> loadedClasses(Path home, List<String> operators) {
        return operators.stream()
                        .anyMatch(option -> option.startsWith("-XX:AOT")
                                || option.startsWith("-agentlib:")
                                || option.startsWith("-agentpath:"))
                ? List.of()
                : List.of(
                        "-XX:+AutoCreateSharedArchive",
                        "-XX:SharedArchiveFile=" + home.resolve("wildfly.jsa"),
                        // else each start moves the archive elsewhere, by which 80 MB of its pages become this
                        // process's own
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:ArchiveRelocationMode=0");
    }

    /** Options that save memory, of those that a JDK of this release has. */
    static List<String> frugal(int release) {
        List<String> options = new ArrayList<>();
        if (release >= 22) {
            // what the C library's allocator keeps of freed buffers and compiler arenas goes back twice a minute
            options.add("-XX:TrimNativeHeapInterval=30000");
        }
        if (release >= 25) {
            // a tenth less heap for the same objects
            options.add("-XX:+UseCompactObjectHeaders");
        }
        return options;
    }

    /**
     * What this process decided or read from a file; the rest the server inherits. Empty is unset, but WildFly refuses a
     * data source without a password, also where PostgreSQL asks for none.
     */
    private static Map<String, String> environment(Settings settings, Database database) {
        return Map.of(
                "NARTHEX_HOME", settings.home().toString(),
                "NARTHEX_DB_URL", database.url().orElseThrow(),
                "NARTHEX_DB_USER", database.user(),
                "NARTHEX_DB_PASSWORD",
                        database.password().reveal().isEmpty()
                                ? "unused"
                                : database.password().reveal(),
                "NARTHEX_DB_PASSWORD_FILE", "",
                "NARTHEX_DB_OWNER_USER", database.ownerUser().orElse(""),
                "NARTHEX_DB_OWNER_PASSWORD", database.ownerPassword().reveal(),
                "NARTHEX_DB_OWNER_PASSWORD_FILE", "",
                "NARTHEX_BODY_IDLE_SECONDS", Long.toString(settings.bodyIdle().toSeconds()),
                "TLS_KEYSTORE_PASSWORD",
                        settings.tls().map(Tls::password).map(Secret::reveal).orElse("password"));
    }

    /** Returns when the server's own checks say that it is ready. */
    void awaitReady() throws IOException, InterruptedException, Refusal {
        Probe ready = new Probe(settings);
        while (!ready.healthy()) {
            Optional<String> refusal = home.refusal();
            if (refusal.isPresent()) {
                throw new Refusal(refusal.orElseThrow());
            }
            if (!process.isAlive() || startedWithErrors()) {
                throw new Refusal(
                        "the server did not start: " + firstError() + "; all of it is in " + home.log("server.log"));
            }
            Thread.sleep(100);
        }
    }

    /** WFLYSRV0026: started, but something, the application for one, is not up and will not be. */
    private boolean startedWithErrors() throws IOException {
        return consoleLines().anyMatch(line -> line.contains("WFLYSRV0026"));
    }

    private String firstError() throws IOException {
        return consoleLines().filter(line -> line.contains("ERROR")).findFirst().orElse("no error was logged");
    }

    private Stream<String> consoleLines() throws IOException {
        // small: warnings and errors of the start only
        return Files.readString(home.log("console.log")).lines();
    }

    int await() throws InterruptedException {
        return process.waitFor();
    }

    void stop() throws IOException {
        RunningProcess.end(process.toHandle());
        Files.deleteIfExists(pidFile(home));
    }
}
