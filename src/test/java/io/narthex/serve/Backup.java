package io.narthex.serve;

import io.narthex.configuration.BlobLocation;
import io.narthex.configuration.Settings;
import io.narthex.configuration.SettingsException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Set;

/**
 * {@code mvn test-compile exec:exec@backup -Dto=DIRECTORY}: copies all of a home that nothing can make again, while its
 * server runs or not. The copy is a home itself: put in the place of the lost one it is started.
 *
 * <p>The database is copied between two passes over the uploads. What a row of the copy names is complete before the second
 * pass, and is deleted an hour after its row at the earliest: the second pass, which finds little to copy, is over by then.
 */
public final class Backup {
    /** EX_CONFIG of sysexits.h: the user has to change something. */
    private static final int REFUSED = 78;

    /** What each start makes anew, and what is copied in ways of its own. */
    private static final Set<String> NOT_COPIED = Set.of(
            "postgresql",
            "postgresql-binaries",
            "blobs",
            "wildfly",
            "wildfly.jsa",
            "wildfly.pid",
            "log",
            "packed",
            "lock",
            "spool",
            "refusal",
            "auditor.uri",
            "superuser.uri");

    private final Settings settings;
    private final Path target;

    private Backup(Settings settings, Path target) {
        this.settings = settings;
        this.target = target;
    }

    /** Argument: the directory to make. */
    public static void main(String[] args) throws Exception {
        try {
            make(Settings.read(System.getenv(), System.getProperties()), Path.of(args[0]));
            System.out.println("backup: complete in " + args[0]);
        } catch (Refusal | SettingsException e) {
            System.err.println("narthex: " + e.getMessage());
            System.exit(REFUSED);
        }
    }

    /**
     * Copies the home of the settings.
     *
     * @param target does not exist yet, or is empty
     */
    static void make(Settings settings, Path target) throws IOException, SQLException, Refusal {
        if (settings.database().url().isPresent()) {
            throw new Refusal(
                    "NARTHEX_DB_URL names a PostgreSQL of yours: save it by pg_dump, then NARTHEX_HOME and the"
                            + " uploads, as src/docs/operating.md has it");
        }
        new Backup(settings, target.toAbsolutePath()).run();
    }

    private void run() throws IOException, SQLException, Refusal {
        if (!Files.isDirectory(settings.home().resolve("postgresql"))) {
            throw new Refusal("there is nothing to save in NARTHEX_HOME=" + settings.home());
        }
        makeTarget();
        copyUploads();
        DatabaseCopy.make(settings.home(), target.resolve("postgresql"));
        copyUploads();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(settings.home())) {
            for (Path entry : entries) {
                if (!NOT_COPIED.contains(entry.getFileName().toString())) {
                    TreeCopy.all(entry, target.resolve(entry.getFileName()));
                }
            }
        }
        tellWhatLiesElsewhere();
    }

    private void makeTarget() throws IOException, Refusal {
        Files.createDirectories(target);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
            if (entries.iterator().hasNext()) {
                throw new Refusal(target + " is not empty: name a new directory by -Dto=");
            }
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
    }

    private void copyUploads() throws IOException {
        if (settings.blobs() instanceof BlobLocation.Files files && Files.isDirectory(files.directory())) {
            TreeCopy.all(files.directory(), target.resolve("blobs"));
        }
    }

    private void tellWhatLiesElsewhere() {
        tellIfElsewhere(settings.masterKeyFile());
        tellIfElsewhere(settings.adminTokenFile());
        settings.tls().ifPresent(tls -> tellIfElsewhere(tls.keystore()));
        if (settings.blobs() instanceof BlobLocation.S3 s3) {
            System.out.println("backup: without the uploads, which are in the bucket " + s3.bucket());
        }
    }

    private void tellIfElsewhere(Path file) {
        if (!file.startsWith(settings.home())) {
            System.out.println("backup: without " + file + ": keep a copy of it too");
        }
    }
}
