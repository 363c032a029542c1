package io.narthex.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The classes that a server loads when it starts, kept once a build for all servers that tests start: a third less work at
 * each start. They are the JVM's to check: of a class that was built anew, or with another JDK, it takes the class file.
 */
final class LoadedClasses {
    /** The first release that also keeps classes of other loaders than its own, as all of WildFly's are. */
    private static final int RELEASE = 25;

    private LoadedClasses() {}

    /** {@code mvn verify} runs it before the integration tests; a second time in the same target it finds its work done. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (Runtime.version().feature() >= RELEASE && !Files.exists(file())) {
            Path home = Files.createTempDirectory(Files.createDirectories(file().getParent()), "home");
            Path half = home.resolve("half");
            Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
            settings.put("NARTHEX_JAVA_OPTS", LauncherProcess.JAVA_OPTIONS + " -XX:AOTCacheOutput=" + half);
            settings.put("NARTHEX_NIX_STORE", home.resolve("no-store").toString());
            try (LauncherProcess launcher = LauncherProcess.start(home.resolve("home"), settings)) {
                String output = launcher.awaitBanner();
                if (!output.contains("in nix.conf")) {
                    throw new IOException("the server does not start: " + output);
                }
                // it writes them when it ends
                launcher.terminate();
                launcher.awaitEnd();
            }
            Files.move(half, file(), StandardCopyOption.ATOMIC_MOVE);
            ServerCopy.delete(home);
        }
    }

    /** The option by which a server uses them; before they are there, none that keeps its own, which takes longer. */
    static String option() {
        return Files.exists(file()) ? "-XX:AOTCache=" + file() : "-XX:-AutoCreateSharedArchive";
    }

    /** The drill starts servers too, without the property of the tests. */
    private static Path file() {
        return Path.of(System.getProperty("it.directory", "target"), "it", "classes-" + Runtime.version() + ".aot");
    }
}
