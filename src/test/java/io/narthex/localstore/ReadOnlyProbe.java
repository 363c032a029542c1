package io.narthex.localstore;

import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePathHash;
import java.nio.file.Path;

/** Run as a process by {@link ReadOnlyNixDatabaseIT}: tells whether a path is found, as the user it runs as. */
final class ReadOnlyProbe {
    private ReadOnlyProbe() {}

    /**
     * Prints the user's name and whether the path was found.
     *
     * @param args the database, the hash of a path
     */
    public static void main(String[] args) {
        try (NixDatabase database = new NixDatabase(Path.of(args[0]), StoreDir.DEFAULT)) {
            database.stamp();
            boolean found = database.find(StorePathHash.parse(args[1])).isPresent();
            System.out.println(System.getProperty("user.name") + " found=" + found);
        }
    }
}
