package io.narthex.serve;

import io.narthex.configuration.Settings;
import io.narthex.configuration.SettingsException;
import io.narthex.nix.hash.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * {@code mvn -DskipTests package exec:exec@drill -Dof=BACKUP}: tries whether a backup can be restored. A copy of it is started on other
 * ports; what it serves is compared with what its database says, and its record is verified; then the copy is removed, and
 * the server that runs is told when that was.
 */
public final class Drill {
    /** EX_CONFIG of sysexits.h: the user has to change something. */
    private static final int REFUSED = 78;

    /** The newest and the oldest of them: what is lost is rather at an end. */
    private static final String FILES = """
        select t.name || '/' || c.name, x.file_name, x.file_hash
        from ((select p.cache_id, p.file_name, b.file_hash from uploaded_path p join blob b on b.id = p.blob_id
               where b.quarantined_at is null and p.condemned_at is null order by p.id desc limit 50)
              union
              (select p.cache_id, p.file_name, b.file_hash from uploaded_path p join blob b on b.id = p.blob_id
               where b.quarantined_at is null and p.condemned_at is null order by p.id limit 50)) x
             join cache c on c.id = x.cache_id join tenant t on t.id = c.tenant_id
        where c.deleted_at is null and t.deleted_at is null
        """;

    private static final String CHAINS = """
        select (select count(*) from audit.chains),
               (select count(*) from audit.chains c cross join lateral audit.verify_chain(c.chain) v)
        """;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Path server;
    private final Path copy;
    private final Map<String, String> settings;

    private Drill(Path server, Path copy) throws IOException {
        this.server = server;
        this.copy = copy;
        settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_BLOBS", "file:" + copy.resolve("blobs"));
        settings.put("NARTHEX_NIX_STORE", copy.resolve("no-store").toString());
        settings.put("NARTHEX_STORE_NAME", "drill");
    }

    /** What was compared. */
    record Result(int files, long chains) {}

    /** Arguments: the server that {@code mvn package} makes, and the backup. */
    public static void main(String[] args) throws Exception {
        try {
            Settings live = Settings.read(System.getenv(), System.getProperties());
            Result result = of(Path.of(args[0]), Path.of(args[1]));
            System.out.println("drill: the backup starts, " + result.files() + " files are what their rows say, "
                    + result.chains() + " chains of the record are whole");
            System.out.println(
                    tell(
                                    "http://127.0.0.1:" + live.listeners().port(),
                                    Files.readString(live.adminTokenFile()).strip())
                            ? "drill: the server has noted it"
                            : "drill: no server runs here that could note it: POST /api/v1/restore/drills where it"
                                    + " runs");
        } catch (Refusal | SettingsException e) {
            System.err.println("narthex: " + e.getMessage());
            System.exit(REFUSED);
        }
    }

    /** Restores a copy beside a backup, looks at it, and removes it. */
    static Result of(Path server, Path backup) throws IOException, InterruptedException, SQLException, Refusal {
        if (!Files.isDirectory(backup.resolve("postgresql"))) {
            throw new Refusal(backup + " is no backup: name one that exec:exec@backup has made by -Dof=");
        }
        Path copy = Files.createTempDirectory(backup.toAbsolutePath().getParent(), "drill");
        try {
            TreeCopy.all(backup, copy);
            return new Drill(server, copy).run();
        } finally {
            remove(copy);
        }
    }

    private Result run() throws IOException, InterruptedException, SQLException, Refusal {
        try (LauncherProcess restored = LauncherProcess.start(copy, server, settings)) {
            String output = restored.awaitBanner();
            if (!output.contains("in nix.conf")) {
                throw new Refusal("the backup does not start: " + output.strip());
            }
            Result result = new Result(compareFiles(), verifyChains());
            restored.terminate();
            restored.awaitEnd();
            return result;
        }
    }

    /** @param file of the home that has the login */
    private Connection connect(String file) throws IOException, SQLException {
        URI login = URI.create(Files.readString(copy.resolve(file)).strip());
        String[] who = login.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + login.getHost() + ":" + login.getPort() + login.getPath(), who[0], who[1]);
    }

    private int compareFiles() throws SQLException, IOException, InterruptedException, Refusal {
        int compared = 0;
        String token = Files.readString(copy.resolve("admin-token")).strip();
        try (Connection connection = connect("superuser.uri");
                PreparedStatement s = connection.prepareStatement(FILES);
                ResultSet r = s.executeQuery()) {
            while (r.next()) {
                String path = r.getString(1) + "/nar/" + r.getString(2);
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + settings.get("NARTHEX_PORT") + "/" + path))
                        .header("Authorization", "Bearer " + token)
                        .build();
                HttpResponse<InputStream> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream());
                MessageDigest digest = HashAlgorithm.SHA256.newDigest();
                try (InputStream body = new DigestInputStream(answer.body(), digest)) {
                    body.transferTo(java.io.OutputStream.nullOutputStream());
                }
                if (answer.statusCode() != 200 || !MessageDigest.isEqual(digest.digest(), r.getBytes(3))) {
                    throw new Refusal("the backup has not what its database says: " + path + " is "
                            + answer.statusCode() + ", and should be a file of SHA-256 "
                            + HexFormat.of().formatHex(r.getBytes(3)));
                }
                compared++;
            }
        }
        return compared;
    }

    private long verifyChains() throws IOException, SQLException, Refusal {
        try (Connection connection = connect("auditor.uri");
                PreparedStatement s = connection.prepareStatement(CHAINS);
                ResultSet r = s.executeQuery()) {
            r.next();
            if (r.getLong(2) > 0) {
                throw new Refusal("the record of the backup is not as it was sealed: " + r.getLong(2) + " faults in "
                        + r.getLong(1) + " chains");
            }
            return r.getLong(1);
        }
    }

    /** Tells the server that runs; false where none does. */
    static boolean tell(String url, String token) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/v1/restore/drills"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + token)
                .build();
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() < 300;
        } catch (IOException e) {
            return false;
        }
    }

    private static void remove(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
