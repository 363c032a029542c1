package io.narthex.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.it.Await;
import io.narthex.it.OwnServer;
import io.narthex.it.Rows;
import io.narthex.it.TestCertificate;
import io.narthex.it.TestDatabase;
import io.narthex.serve.EmbeddedDb;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that is reached over TLS, and whose certificate the house's own authority has signed. */
class DatabaseTlsIT {
    private static final String WAYS =
            "select distinct s.ssl::text from pg_stat_ssl s join pg_stat_activity a using (pid) where a.usename = ?";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    /** As settings.md says it. */
    private static String url(EmbeddedDb db, TestCertificate trusted) {
        return db.access().url().orElseThrow() + "?sslmode=verify-full&sslrootcert=" + trusted.pem();
    }

    private static void offerTls(EmbeddedDb db, TestCertificate certificate) throws Exception {
        Rows rows = Rows.by(URI.create(db.superuserUri()));
        rows.change("alter system set ssl_cert_file = '" + certificate.pem() + "'");
        rows.change("alter system set ssl_key_file = '" + certificate.key() + "'");
        rows.change("alter system set ssl = on");
        rows.texts("select pg_reload_conf()::text");
        Await.until("TLS", () -> rows.texts("show ssl").contains("on"));
    }

    @Test
    void allConnectionsAreEncryptedAndTheCertificateIsVerified() throws Exception {
        TestCertificate certificate =
                TestCertificate.of(Files.createDirectory(directory.resolve("own")), "ip:127.0.0.1");
        TestCertificate other = TestCertificate.of(Files.createDirectory(directory.resolve("other")), "ip:127.0.0.1");
        EmbeddedDb db = TestDatabase.in(directory.resolve("postgresql"));
        offerTls(db, certificate);
        Database access = db.access();
        assertThatThrownBy(() -> DriverManager.getConnection(
                                url(db, other), access.user(), access.password().reveal())
                        .close())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("PKIX path");

        try (OwnServer server = OwnServer.start(directory, db, Map.of("NARTHEX_DB_URL", url(db, certificate)))) {
            assertThat(server.cache("{}").get("nix-cache-info").statusCode()).isEqualTo(200);

            assertThat(Rows.by(URI.create(db.superuserUri())).texts(WAYS, access.user()))
                    .containsExactly("true");
        }
    }
}
