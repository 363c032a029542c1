package io.narthex.configuration;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A reason not to start that the person who started the server can act on. Throwing it fails the deployment.
 *
 * <p>The launcher watches the file {@value #FILE} in the server's home, prints its line and stops; without a launcher the
 * log has the line.
 */
public final class StartRefused extends RuntimeException {
    /** Name of the file in the server's home that holds the line. */
    public static final String FILE = "refusal";

    private static final long serialVersionUID = 1;
    private static final System.Logger LOG = System.getLogger(StartRefused.class.getName());

    private StartRefused(String line) {
        super(line);
    }

    /**
     * Writes the line down where the launcher finds it, logs it, and gives the exception to throw.
     *
     * @param line what is wrong and what to do, one line without a secret in it
     */
    public static StartRefused because(Settings settings, String line) {
        String one = line.replaceAll("\\s*\\R\\s*", " ").strip();
        LOG.log(Level.ERROR, "narthex: {0}", one);
        Path home = settings.home();
        try {
            Files.createDirectories(home);
            // renamed into place: the launcher never reads half a line
            Path half = Files.createTempFile(home, FILE, "");
            Files.writeString(half, one + "\n");
            Files.move(half, home.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the reason could not be written to {0}: {1}", home, e.toString());
        }
        return new StartRefused(one);
    }
}
