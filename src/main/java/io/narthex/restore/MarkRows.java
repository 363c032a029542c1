package io.narthex.restore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** The statements about the life of the database. */
final class MarkRows {
    /** A backup that is older than this is not what one restores. */
    private static final String LATELY = "interval '400 days'";

    private static final String TOKENS =
            "select public_id from token where revoked_at > now() - " + LATELY + " order by public_id";
    private static final String KEYS =
            "select distinct encode(public_key, 'base64') from signing_key where state = 'REVOKED' order by 1";
    private static final String HOLDS = """
        select t.name from legal_hold h join tenant t on t.id = h.tenant_id
        union all select t.name || '/' || n.name from named_hold n join tenant t on t.id = n.tenant_id
        order by 1
        """;

    private static final String DENIALS = """
        select coalesce(jsonb_agg(jsonb_build_object(
                   'cache', t.name || '/' || c.name, 'name', d.name, 'pattern', d.pattern, 'hash', encode(d.hash, 'base64'),
                   'narHash', encode(d.nar_hash, 'base64'), 'dependents', d.dependents, 'reason', d.reason, 'until', d.until)
                   order by t.name, c.name, d.name), '[]')::text
        from denial d left join cache c on c.id = d.cache_id left join tenant t on t.id = c.tenant_id
        where (d.until is null or d.until > now()) and c.deleted_at is null and t.deleted_at is null
        """;

    private MarkRows() {}

    /** The mark that the database would make now. */
    static StoreMark read(Connection connection) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement("select id, counter from incarnation");
                ResultSet r = s.executeQuery()) {
            r.next();
            return new StoreMark(
                    r.getObject(1, UUID.class),
                    r.getLong(2),
                    texts(connection, TOKENS),
                    texts(connection, KEYS),
                    texts(connection, HOLDS),
                    StoreMark.denials(texts(connection, DENIALS).getFirst()));
        }
    }

    /** Whether the database is a restored one that nobody has accepted. */
    static boolean compare(Connection connection, StoreMark mark) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement("select compare_mark(?, ?)")) {
            s.setObject(1, mark.incarnation());
            s.setLong(2, mark.counter());
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getBoolean(1);
            }
        }
    }

    /** Revokes what the mark says was revoked, and denies what it says was denied; gives what was not. */
    static List<String> revokeAgain(Connection connection, StoreMark mark) throws SQLException {
        List<String> again = new ArrayList<>();
        try (PreparedStatement s = connection.prepareStatement("select 'denial ' || r from deny_again(?::jsonb) r")) {
            s.setString(1, mark.denialsAsJson());
            again.addAll(texts(s));
        }
        try (PreparedStatement s = connection.prepareStatement("select kind || ' ' || name from revoke_again(?, ?)")) {
            s.setArray(1, connection.createArrayOf("text", mark.tokens().toArray()));
            s.setArray(
                    2,
                    connection.createArrayOf(
                            "bytea",
                            mark.keys().stream()
                                    .map(Base64.getDecoder()::decode)
                                    .toArray(byte[][]::new)));
            again.addAll(texts(s));
        }
        return again;
    }

    private static List<String> texts(Connection connection, String sql) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            return texts(s);
        }
    }

    private static List<String> texts(PreparedStatement statement) throws SQLException {
        List<String> all = new ArrayList<>();
        try (ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                all.add(r.getString(1));
            }
        }
        return all;
    }
}
