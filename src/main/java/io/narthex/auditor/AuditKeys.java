package io.narthex.auditor;

import io.narthex.configuration.Settings;
import io.narthex.key.KeyVault;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the key that signs the heads of the hash chains, and makes one when there is none that this master key opens.
 * Thread-safe.
 */
@ApplicationScoped
@Retried
class AuditKeys {
    private static final System.Logger LOG = System.getLogger(AuditKeys.class.getName());
    private static final String LOCK = "select pg_advisory_xact_lock(hashtext('narthex-audit-key'))";
    private static final String NEWEST =
            "select id, name, public_key, sealed_secret from audit_key order by id desc limit 1";
    private static final String ADD =
            "insert into audit_key (name, public_key, sealed_secret) values (?, ?, ?)" + " returning id";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private KeyVault vault;

    @Inject
    private Settings settings;

    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable AuditKey known;

    /** @param id its row */
    record AuditKey(int id, SecretKey secret) {}

    /** The newest; made now where there is none. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    AuditKey current() {
        try (Connection connection = dataSource.getConnection()) {
            AuditKey cached = known;
            if (cached != null && cached.id == newestId(connection)) {
                return cached;
            }
            try (Statement s = connection.createStatement()) {
                s.execute(LOCK);
            }
            AuditKey read = read(connection).orElse(null);
            AuditKey key = read == null ? make(connection) : read;
            known = key;
            return key;
        } catch (SQLException e) {
            throw new IllegalStateException("the key of the record cannot be read", e);
        }
    }

    private static int newestId(Connection connection) throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet row = s.executeQuery("select coalesce(max(id), 0) from audit_key")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Empty where there is none, or it was sealed under another master key. */
    private Optional<AuditKey> read(Connection connection) throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet row = s.executeQuery(NEWEST)) {
            if (!row.next()) {
                return Optional.empty();
            }
            int id = row.getInt(1);
            PublicKey publicKey = new PublicKey(row.getString(2), row.getBytes(3));
            Optional<SecretKey> secret = vault.openIfOurs(publicKey, row.getBytes(4));
            if (secret.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "event=audit-key-sealed-otherwise name={0}: a new one is made",
                        row.getString(2));
            }
            return secret.map(opened -> new AuditKey(id, opened));
        }
    }

    private AuditKey make(Connection connection) throws SQLException {
        SecretKey secret = SecretKey.generate(settings.name() + "-audit-" + (newestId(connection) + 1), random);
        try (PreparedStatement s = connection.prepareStatement(ADD)) {
            s.setString(1, secret.publicKey().name());
            s.setBytes(2, secret.publicKey().bytes());
            s.setBytes(3, vault.seal(secret));
            try (ResultSet row = s.executeQuery()) {
                row.next();
                LOG.log(Level.INFO, "event=audit-key-made key={0}", secret.publicKey());
                return new AuditKey(row.getInt(1), secret);
            }
        }
    }
}
