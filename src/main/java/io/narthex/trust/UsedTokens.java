package io.narthex.trust;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which identity tokens were exchanged, by the database's clock. Of two at once, on whichever nodes, one waits for
 * the other's transaction. Every call needs a transaction of the caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class UsedTokens {
    /** Nothing is inserted for one that has run out: its row may be gone already. */
    private static final String INSERT = "insert into used_identity_token (digest, until, idempotency_key, token_id)"
            + " select decode(?, 'hex'), x.until, decode(?, 'hex'), ? from (select cast(? as timestamptz) as until) x"
            + " where x.until > clock_timestamp() on conflict (digest) do nothing";

    /** Whoever sends the key within a minute repeats a request whose answer was lost. */
    private static final String REPEAT = "update used_identity_token u set token_id = ? from (select v.digest,"
        + " v.token_id from used_identity_token v where v.digest = decode(?, 'hex') for update) w join token k on k.id"
        + " = w.token_id where u.digest = w.digest and u.idempotency_key = decode(?, 'hex') and u.used_at >"
        + " clock_timestamp() - interval '60 s' returning k.id, k.tenant_id, k.public_id";

    private static final String REMOVE = "delete from used_identity_token where digest in (select u.digest"
            + " from used_identity_token u where u.until < clock_timestamp() order by u.until limit ?)";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * The use of an identity token.
     *
     * @param digest names it: 32 bytes in hexadecimal digits
     * @param until when it opens nothing any more by itself
     * @param idempotencyKey likewise; null: the request is not to be repeated
     */
    record Use(String digest, Instant until, @Nullable String idempotencyKey) {}

    /** The token that was given for it before. */
    record Former(long id, int tenantId, String publicId) {}

    /**
     * Uses it up.
     *
     * @param token the row of what is given for it
     * @return what was given before, where the same request is repeated
     * @throws ExchangeRefusedException where it was used before, or has run out
     */
    Optional<Former> use(Connection connection, Use use, long token) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(INSERT)) {
            s.setString(1, use.digest());
            s.setString(2, use.idempotencyKey());
            s.setLong(3, token);
            s.setObject(4, use.until().atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
            if (s.executeUpdate() > 0) {
                return Optional.empty();
            }
        }
        try (PreparedStatement s = connection.prepareStatement(REPEAT)) {
            s.setLong(1, token);
            s.setString(2, use.digest());
            s.setString(3, use.idempotencyKey());
            try (ResultSet row = s.executeQuery()) {
                if (row.next()) {
                    return Optional.of(new Former(row.getLong(1), row.getInt(2), row.getString(3)));
                }
            }
        }
        throw new ExchangeRefusedException(
                ExchangeRefusal.USED, "The identity token was exchanged before, or has expired");
    }

    /** Removes so many at most of those that have run out; gives how many. */
    int removeOld(int most) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(REMOVE)) {
            s.setInt(1, most);
            return s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("used identity tokens cannot be removed", e);
        }
    }
}
