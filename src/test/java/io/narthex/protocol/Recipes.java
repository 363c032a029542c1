package io.narthex.protocol;

import io.narthex.it.NixStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** What the tests of the protocol put into stores. */
public final class Recipes {
    private Recipes() {}

    /** A derivation that Nix builds by itself: a directory with one link. It is no content-addressed path. */
    public static String environment(String name) {
        return environment(name, "");
    }

    /** The same, found under the hash of its contents, so that Nix keeps a realisation. */
    static String floatingEnvironment(String name) {
        return environment(
                name, "__contentAddressed = true; outputHashMode = \"recursive\"; outputHashAlgo = \"sha256\";");
    }

    private static String environment(String name, String more) {
        return "derivation { name = \"" + name + "\"; system = \"builtin\"; builder = \"builtin:buildenv\";"
                + " derivations = \"\"; manifest = builtins.toFile \"manifest\" \"" + name + "\"; " + more + " }";
    }

    /** Bytes without any pattern, always the same for a count. */
    public static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /** Overwrites a file of a store, as a broken disk or a careless administrator would. */
    static void overwrite(Path file, byte[] contents) throws IOException {
        if (!file.toFile().setWritable(true) && !Files.isWritable(file)) {
            throw new IOException("cannot write to " + file);
        }
        Files.write(file, contents);
    }

    /** Makes a directory of a store writable for the test. */
    static void open(Path directory) throws IOException {
        if (!directory.toFile().setWritable(true)) {
            throw new IOException("cannot open " + directory);
        }
    }

    /** A tree of every kind of node under one name; what is in it depends on the name. */
    public static Path tree(NixStore store, String name) throws IOException {
        Path root = Files.createDirectories(store.scratch().resolve(name));
        Files.writeString(root.resolve("text"), "text of " + name + "\n");
        Files.write(root.resolve("binary"), bytes(10_000));
        Path script = Files.writeString(root.resolve("script"), "#!/bin/sh\n");
        if (!script.toFile().setExecutable(true)) {
            throw new IOException("cannot make it executable");
        }
        Files.writeString(Files.createDirectories(root.resolve("sub/deep")).resolve("empty"), "");
        Files.createSymbolicLink(root.resolve("link"), Path.of("sub/deep"));
        return root;
    }
}
