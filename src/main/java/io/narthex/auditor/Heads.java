package io.narthex.auditor;

import io.narthex.nix.signature.Signature;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Reads, signs and keeps the heads of the hash chains. A head is the last seal of a chain. */
@ApplicationScoped
class Heads {
    private static final System.Logger LOG = System.getLogger(Heads.class.getName());
    private static final String NOW =
            "select chain, name, sequence, hash from audit_heads_now() where chain > ? order by chain limit ?";
    private static final String KEEP =
            "insert into audit_head (chain, sequence, hash, key_id, signed, signature) values (?, ?, ?, ?, ?, ?)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private AuditKeys keys;

    private final Clock clock = Clock.systemUTC();

    /** As they are now, those of the chains behind one. */
    List<SignedHead.Head> now(int after, int limit) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(NOW)) {
            s.setInt(1, after);
            s.setInt(2, limit);
            List<SignedHead.Head> heads = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    heads.add(new SignedHead.Head(row.getInt(1), row.getString(2), row.getLong(3), row.getBytes(4)));
                }
            }
            return heads;
        } catch (SQLException e) {
            throw new IllegalStateException("the heads of the record cannot be read", e);
        }
    }

    SignedHead signed(SignedHead.Head head) {
        return SignedHead.of(head, keys.current().secret(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }

    /** Signs heads, keeps what was signed, and logs it: a log that goes elsewhere holds the database to it. */
    @Transactional(Transactional.TxType.MANDATORY)
    void keep(List<SignedHead.Head> heads) {
        AuditKeys.AuditKey key = keys.current();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(KEEP)) {
            for (SignedHead.Head head : heads) {
                SignedHead signed =
                        SignedHead.of(head, key.secret(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
                s.setInt(1, head.number());
                s.setLong(2, head.sequence());
                s.setBytes(3, head.hash());
                s.setInt(4, key.id());
                s.setString(5, signed.signed());
                s.setBytes(6, Signature.parse(signed.signature()).bytes());
                s.executeUpdate();
                LOG.log(
                        Level.INFO,
                        "event=audit-head chain=" + signed.chain() + " sequence=" + signed.sequence() + " hash="
                                + signed.hash() + " at=" + signed.at() + " signature=" + signed.signature());
            }
        } catch (SQLException e) {
            throw new IllegalStateException("heads cannot be kept", e);
        }
    }
}
