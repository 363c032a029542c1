package io.narthex.it;

import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Nix store below a root of its own, written by the real Nix of this machine, which runs as whoever runs the tests
 * and with a home, a cache and a configuration of its own.
 */
public final class NixStore {
    private static final long PATIENCE_SECONDS = 120;

    private final Path root;
    private final Path home;

    private NixStore(Path root, Path home) {
        this.root = root;
        this.home = home;
    }

    /** The store that the server of the integration tests serves. */
    public static NixStore served() {
        Path root = Path.of(System.getProperty("it.nix.root"));
        try {
            return of(root, root.resolveSibling("nix-home"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty store below a directory. */
    public static NixStore in(Path directory) throws IOException {
        return of(directory.resolve("root"), directory.resolve("nix-home"));
    }

    private static NixStore of(Path root, Path home) throws IOException {
        Files.createDirectories(root);
        Files.createDirectories(home);
        Files.writeString(home.resolve("nix.conf"), """
            build-users-group =
            sandbox = false
            substituters =
            experimental-features = nix-command ca-derivations
            """);
        return new NixStore(root, home);
    }

    /** What Nix calls it. */
    public String uri() {
        return "local?root=" + root;
    }

    public Path root() {
        return root;
    }

    public Path database() {
        return databaseDirectory().resolve("db.sqlite");
    }

    /** Where Nix keeps its database and whatever belongs to that. */
    public Path databaseDirectory() {
        return root.resolve("nix/var/nix/db");
    }

    /** A directory for whatever a test puts down beside the store. */
    public Path scratch() throws IOException {
        return Files.createTempDirectory(home, "scratch");
    }

    /** Where the files of a path lie. */
    public Path locate(StorePath path) {
        return root.resolve("nix/store").resolve(path.baseName());
    }

    /** Adds a file or directory under the name it has. */
    public StorePath add(Path tree) throws IOException {
        return path(run("nix-store", "--store", uri(), "--add", tree.toString()));
    }

    /** Adds a file. */
    public StorePath add(String name, byte[] contents) throws IOException {
        return add(Files.write(scratch().resolve(name), contents));
    }

    /** Adds a file of text. */
    public StorePath add(String name, String contents) throws IOException {
        return add(name, contents.getBytes(StandardCharsets.UTF_8));
    }

    /** Evaluates what is the text of one path, and makes that: {@code builtins.toFile} gives paths with references. */
    public StorePath evaluate(String expression) throws IOException {
        String quoted = run("nix-instantiate", "--store", uri(), "--eval", "--read-write-mode", "-E", expression);
        return path(quoted.replace("\"", ""));
    }

    /** Builds a derivation. Without a shell in the store only Nix's own builders run, as {@code builtin:buildenv}. */
    public StorePath build(String expression) throws IOException {
        Path file = Files.writeString(scratch().resolve("default.nix"), expression);
        return path(run("nix-build", "--store", uri(), "--no-out-link", file.toString()));
    }

    public void delete(StorePath path) throws IOException {
        run("nix-store", "--store", uri(), "--delete", path(path));
    }

    /** Signs a path in place with a secret key in Nix's form. */
    public void sign(StorePath path, String secretKey) throws IOException {
        Path file = Files.writeString(scratch().resolve("secret"), secretKey);
        run("nix", "store", "sign", "--store", uri(), "--key-file", file.toString(), path(path));
    }

    /** The NAR of a path, as Nix writes it. */
    public byte[] dump(StorePath path) throws IOException {
        return output(List.of("nix-store", "--dump", locate(path).toString()));
    }

    /** Reads every path against its hash; throws unless all are whole. */
    public void verifyContents() throws IOException {
        run("nix-store", "--store", uri(), "--verify", "--check-contents");
    }

    /** A path as users write it. */
    public static String path(StorePath path) {
        return path.toString(StoreDir.DEFAULT);
    }

    private static StorePath path(String text) {
        return StorePath.parse(StoreDir.DEFAULT, text.strip());
    }

    /**
     * Runs a command of Nix.
     *
     * @return what it printed to standard output
     * @throws NixFailedException with what it printed to standard error, when it failed
     */
    public String run(String... command) throws IOException {
        return run(List.of(command));
    }

    String run(List<String> command) throws IOException {
        return new String(output(command), StandardCharsets.UTF_8);
    }

    private byte[] output(List<String> command) throws IOException {
        Path out = Files.createTempFile(home, "out", "");
        Path err = Files.createTempFile(home, "err", "");
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("NIX_") || name.startsWith("XDG_"));
        builder.environment().put("HOME", home.toString());
        builder.environment().put("XDG_CACHE_HOME", home.resolve("cache").toString());
        builder.environment().put("NIX_CONF_DIR", home.toString());
        // a command that names no store would ask for the machine's, which an ordinary user may not open
        builder.environment().put("NIX_REMOTE", uri());
        Process process = builder.start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new NixFailedException(command + " does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        byte[] text = Files.readAllBytes(out);
        String errors = Files.readString(err);
        Files.delete(out);
        Files.delete(err);
        if (process.exitValue() != 0) {
            throw new NixFailedException(errors);
        }
        return text;
    }
}
