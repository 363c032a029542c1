package io.narthex.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wildfly-config/systemd/narthex-start}, with a script in place of WildFly. */
class StartScriptTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private Path home;
    private Path output;
    private int port;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws IOException {
        home = Files.createDirectories(directory.resolve("home"));
        output = directory.resolve("output");
        Files.createDirectories(home.resolve("standalone/deployments"));
        Files.createDirectories(home.resolve("standalone/log"));
        Files.createDirectories(directory.resolve("wildfly/bin"));
        port = FreePort.find();
    }

    @Test
    void saysWhyTheApplicationRefusesToStart() throws Exception {
        Process start = start("echo 'the database is away' > $NARTHEX_HOME/refusal; exec sleep 60");

        assertThat(end(start)).isEqualTo(78);
        assertThat(Files.readString(output)).isEqualTo("narthex: the database is away\n");
    }

    @Test
    void takesTheReasonOutOfTheLogWhereThereIsNoOther() throws Exception {
        Path log = home.resolve("standalone/log/server.log");
        Files.writeString(log, "ERROR narthex: of an earlier start\n");
        Process start = start("echo 'ERROR [x] narthex: there is no setting NARTHEX_PROT' >> " + log + "; touch "
                + home.resolve("standalone/deployments/ROOT.war.failed") + "; exec sleep 60");

        assertThat(end(start)).isEqualTo(78);
        assertThat(Files.readString(output)).isEqualTo("narthex: there is no setting NARTHEX_PROT\n");
    }

    @Test
    void forgetsTheRefusalOfTheStartBefore() throws Exception {
        Files.writeString(home.resolve("refusal"), "of the start before\n");

        assertThat(end(start("exit 3"))).isEqualTo(3);
        assertThat(Files.readString(output)).isEmpty();
    }

    /** WildFly's own patience is half of it. */
    @Test
    void letsWildFlyStartForAsLongAsItWaitsItself() throws Exception {
        assertThat(end(start("echo \"$@\"; exit 3"))).isEqualTo(3);

        assertThat(Files.readString(output)).contains("-Djboss.as.management.blocking.timeout=600");
    }

    @Test
    void refusesAJdkThatIsNone() throws Exception {
        ProcessBuilder builder = builder("exit 0");
        builder.environment().put("JAVA_HOME", directory.toString());

        assertThat(end(builder.start())).isEqualTo(78);
        assertThat(Files.readString(output)).startsWith("narthex: there is no JDK of release 21 or newer");
    }

    @Test
    void passesTheEndOnOnceItIsReady() throws Exception {
        HttpServer health = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        health.createContext("/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        health.start();
        try {
            Process start = start("trap 'echo stopped; exit 143' TERM; echo started; while :; do sleep 0.1; done");
            for (int i = 0; i < 600 && !Files.readString(output).contains("started"); i++) {
                Thread.sleep(50);
            }

            start.destroy();

            assertThat(end(start)).isEqualTo(143);
            assertThat(Files.readString(output)).endsWith("stopped\n");
        } finally {
            health.stop(0);
        }
    }

    private Process start(String server) throws IOException {
        return builder(server).start();
    }

    /** @param server what stands for WildFly: lines of a shell script */
    private ProcessBuilder builder(String server) throws IOException {
        Path standalone = directory.resolve("wildfly/bin/standalone.sh");
        Files.writeString(standalone, "#!/bin/bash\n" + server + "\n");
        Files.setPosixFilePermissions(standalone, PosixFilePermissions.fromString("rwx------"));
        ProcessBuilder builder = new ProcessBuilder("bash", "wildfly-config/systemd/narthex-start")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("NARTHEX_") || name.startsWith("JBOSS_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("WILDFLY_HOME", directory.resolve("wildfly").toString());
        builder.environment().put("NARTHEX_HOME", home.toString());
        builder.environment().put("NARTHEX_MANAGEMENT_PORT", Integer.toString(port));
        return builder;
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }
}
