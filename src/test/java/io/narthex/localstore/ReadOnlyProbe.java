package io.narthex.localstore;

import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePathHash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Run as a process by {@link ReadOnlyNixDatabaseIT}: tells what is seen of databases, as the user it runs as. */
final class ReadOnlyProbe {
    /** Long enough for a stamp to be made anew several times. */
    private static final long WHILE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private ReadOnlyProbe() {}

    /**
     * Prints the user's name, then a line for each database; waits for a line that says that all were changed, and prints a line for
     * each again.
     *
     * @param args the hash of a path that is there, of one that is registered later, the databases
     */
    public static void main(String[] args) throws IOException {
        StorePathHash there = StorePathHash.parse(args[0]);
        StorePathHash later = StorePathHash.parse(args[1]);
        List<NixDatabase> databases = Arrays.stream(args)
                .skip(2)
                .map(file -> new NixDatabase(Path.of(file), StoreDir.DEFAULT))
                .toList();
        System.out.println(System.getProperty("user.name"));
        long[] stamps = databases.stream().mapToLong(NixDatabase::stamp).toArray();
        for (int i = 0; i < stamps.length; i++) {
            NixDatabase database = databases.get(i);
            System.out.println("found=" + isThere(database, there) + " stands=" + stands(database, stamps[i])
                    + " later=" + isThere(database, later));
        }
        System.in.read();
        for (int i = 0; i < stamps.length; i++) {
            NixDatabase database = databases.get(i);
            System.out.println("changed=" + changes(database, stamps[i]) + " later=" + isThere(database, later)
                    + " stands=" + stands(database, database.stamp()));
            database.close();
        }
    }

    private static boolean isThere(NixDatabase database, StorePathHash hash) {
        return database.find(hash).isPresent();
    }

    private static boolean stands(NixDatabase database, long stamp) {
        long end = System.nanoTime() + WHILE_NANOS;
        while (database.stamp() == stamp && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return database.stamp() == stamp;
    }

    private static boolean changes(NixDatabase database, long stamp) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (database.stamp() == stamp && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return database.stamp() != stamp;
    }
}
