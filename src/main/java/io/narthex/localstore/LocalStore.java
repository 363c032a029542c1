package io.narthex.localstore;

import io.narthex.configuration.Settings;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** This machine's Nix store: where it lies, what it is called, its database and its build logs. */
@ApplicationScoped
public class LocalStore {
    private final Path root;
    private final String name;
    private final StoreDir storeDir = StoreDir.DEFAULT;
    private final NixDatabase database;

    /** For the CDI proxy only. */
    @SuppressWarnings("NullAway")
    protected LocalStore() {
        root = null;
        name = null;
        database = null;
    }

    @Inject
    public LocalStore(Settings settings) {
        this(settings.nixStoreRoot(), settings.storeName());
    }

    LocalStore(Path root, String name) {
        this.root = root;
        this.name = name;
        this.database = new NixDatabase(databaseFile(root), storeDir);
    }

    /** Where Nix keeps its database below a store root, as in Nix's own {@code local?root=}. */
    public static Path databaseFile(Path root) {
        return root.resolve("nix/var/nix/db/db.sqlite");
    }

    /** The identity that index rows made from this store carry. */
    public String name() {
        return name;
    }

    public StoreDir storeDir() {
        return storeDir;
    }

    public NixDatabase database() {
        return database;
    }

    /** Where the files of a path lie on this machine. */
    public Path locate(StorePath path) {
        return root.resolve(storeDir.path().substring(1)).resolve(path.baseName());
    }

    /** Whether the files of a path are there at all. */
    public boolean holds(StorePath path) {
        return Files.exists(locate(path), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The log of a build, as text in whatever encoding the builder wrote.
     *
     * @param derivation the {@code .drv} that was built
     */
    public Optional<BuildLog> buildLog(StorePath derivation) {
        String baseName = derivation.baseName();
        // Nix: src/libstore/local-fs-store.cc, the first two characters are a directory
        Path plain = root.resolve("nix/var/log/nix/drvs")
                .resolve(baseName.substring(0, 2))
                .resolve(baseName.substring(2));
        Optional<BuildLog> log = BuildLog.at(plain, false);
        return log.isPresent() ? log : BuildLog.at(plain.resolveSibling(plain.getFileName() + ".bz2"), true);
    }

    @PreDestroy
    void close() {
        database.close();
    }
}
