package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cache that is newer than what PostgreSQL knows of its table is read by path, too, and not as a whole for each path. */
@ExtendWith(SharedServer.class)
class NewCacheIT {
    private static final int PATHS = 500;

    private static final String READ = "select coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0)"
            + " from pg_stat_xact_user_tables where relname = '%s'";

    @Test
    void keepsAReferenceWithoutReadingAllPaths() throws Exception {
        TenantCache known = TenantCache.make("{}");
        TenantCache made = TenantCache.make("{}");
        try (Connection connection = Rows.ofServer().connect();
                Statement s = connection.createStatement()) {
            // nothing of it is ever committed, what PostgreSQL knows of the table included
            connection.setAutoCommit(false);
            s.executeUpdate(paths(known));
            s.execute("analyze uploaded_path");
            s.executeUpdate(paths(made));
            long before = number(s, READ.formatted("uploaded_path"));
            s.executeQuery("select lock_references(" + id(made) + ", array[" + hash("7") + "])")
                    .close();
            assertThat(number(s, READ.formatted("uploaded_path")) - before).isBetween(1L, 10L);
            connection.rollback();
        }
    }

    @Test
    void countsWhatComesWithoutReadingAllFilesForEach() throws Exception {
        TenantCache known = TenantCache.make("{}");
        TenantCache made = TenantCache.make("{}");
        try (Connection connection = Rows.ofServer().connect();
                Statement s = connection.createStatement()) {
            connection.setAutoCommit(false);
            s.executeUpdate(files(known));
            s.execute("analyze held_file");
            s.executeUpdate(files(made));
            s.executeUpdate("insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files)"
                    + " select c.tenant_id, c.id, sha256(int4send(i)), 1, 1 from cache c, generate_series(1, 100) i"
                    + " where c.id = " + id(made));
            long before = number(s, READ.formatted("held_file"));
            assertThat(number(
                            s,
                            "select stored_bytes from usage_of_cache((select t.id from tenant t where t.name = '"
                                    + made.tenant() + "'), " + id(made) + ")"))
                    .isZero(); // it holds them already
            assertThat(number(s, READ.formatted("held_file")) - before).isBetween(1L, 200L);
            connection.rollback();
        }
    }

    private static String files(TenantCache cache) {
        return "insert into held_file (tenant_id, cache_id, file_hash, bytes, refs)"
                + " select c.tenant_id, c.id, sha256(int4send(i)), 1, 1 from cache c, generate_series(1, " + PATHS
                + ") i"
                + " where c.id = " + id(cache);
    }

    private static String id(TenantCache cache) {
        return "(select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = '" + cache.tenant() + "')";
    }

    private static String hash(String number) {
        return "substr(sha256(int4send(" + number + ")), 1, 20)";
    }

    private static String paths(TenantCache cache) {
        return """
            with b as (insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing)
                       values ('made-up-%1$s', 'none', sha256('x'), 112, sha256('x'), 112, '') returning id)
            insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs)
            select %2$s, %3$s, 'made-up', b.id, 'x.nar', sha256('x'), 112, '{}', '{}' from b, generate_series(1, %4$d) i
            """.formatted(cache.tenant(), id(cache), hash("i"), PATHS);
    }

    private static long number(Statement s, String question) throws SQLException {
        try (ResultSet r = s.executeQuery(question)) {
            assertThat(r.next()).isTrue();
            return r.getLong(1);
        }
    }
}
