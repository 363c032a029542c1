package io.narthex.index.upload;

import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Session;

/**
 * Finds and removes NAR files that nobody needs: those that no narinfo claimed, those that are there twice, and the
 * bytes of those whose rows are gone. Every call needs a transaction of the caller's; ages are by the clock of the
 * database.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class UnclaimedFiles {
    private static final String FORGET = """
        delete from staged_nar where ctid in (
            select ctid from staged_nar where received_at < now() - make_interval(secs => ?)
              and not cache_is_held(cache_id) limit ?)
        """;
    private static final String FORGET_FURTHER = """
        delete from further_file where ctid in (
            select f.ctid from further_file f join uploaded_path p on p.id = f.path_id
            where f.until < now() and not path_is_held(p.cache_id, p.hash) limit ?)
        """;
    /** Rows that somebody is about to claim are locked, and left. */
    private static final String DOOM = """
        with gone as (
            delete from blob where id in (
                select b.id from blob b
                where b.stored_at < now() - make_interval(secs => ?)
                  and quarantine_is_over(b.id, b.quarantined_at)
                  and not exists (select from staged_nar s where s.blob_id = b.id)
                  and not exists (select from uploaded_path p where p.blob_id = b.id)
                  and not exists (select from further_file f where f.blob_id = b.id)
                  and not exists (select from upstream_path u where u.blob_id = b.id)
                order by b.id limit ? for update skip locked)
            returning storage_key)
        insert into doomed_blob (storage_key) select storage_key from gone
        """;

    private static final String DOOMED = """
        select storage_key from doomed_blob where doomed_at < now() - make_interval(secs => ?)
        order by doomed_at limit ? for update skip locked
        """;
    private static final String DOOMED_EARLY = "select storage_key from doomed_early(?, ?)";
    private static final String BURY = "delete from doomed_blob where storage_key = any(?)";
    private static final String NAMED = """
        select storage_key from blob where storage_key = any(?)
        union all select storage_key from doomed_blob where storage_key = any(?)
        """;
    /** The oldest of equal ones stays; those that nothing refers to are the sweep's. */
    private static final String EQUAL = """
        select b.id, k.id from blob b
        join lateral (select o.id from blob o where o.file_hash = b.file_hash and o.file_size = b.file_size
                        and o.compression = b.compression and o.quarantined_at is null
                        order by o.id limit 1 for key share) k on k.id < b.id
        where b.id > ? and b.quarantined_at is null
          and (exists (select from uploaded_path p where p.blob_id = b.id)
               or exists (select from staged_nar s where s.blob_id = b.id)
               or exists (select from further_file f where f.blob_id = b.id))
        order by b.id limit ?
        """;

    private static final String MOVE_STAGED = "update staged_nar set blob_id = ? where blob_id = ?";
    private static final String MOVE_FURTHER = "update further_file set blob_id = ? where blob_id = ?";
    private static final String MOVE =
            "update uploaded_path set blob_id = ? where blob_id = ? returning cache_id, hash";

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private Changes changes;

    /**
     * What a page of the search for equal files did.
     *
     * @param lastId where the next begins; -1: there are no more
     */
    public record Merged(long lastId, long files) {}

    /** Forgets files that were received so long ago and claimed by nobody, or long since; gives how many. */
    public long forgetStaged(long seconds, int most) {
        return count(FORGET, seconds, most);
    }

    /** Forgets further files that no client remembers any more; gives how many. */
    public long forgetFurther(int most) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(FORGET_FURTHER)) {
                s.setInt(1, most);
                return (long) s.executeUpdate();
            }
        });
    }

    /** Takes the rows of files that nothing refers to; gives how many. */
    public long doomUnreferenced(long seconds, int most) {
        return count(DOOM, seconds, most);
    }

    private long count(String sql, long seconds, int most) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(sql)) {
                s.setDouble(1, (double) seconds);
                s.setInt(2, most);
                return (long) s.executeUpdate();
            }
        });
    }

    /** Keys whose bytes may go now. */
    public List<String> doomed(long seconds, int most) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(DOOMED)) {
                s.setDouble(1, (double) seconds);
                s.setInt(2, most);
                return strings(s);
            }
        });
    }

    /**
     * Keys whose bytes may go now although their hour is not over: those of full caches that give up much.
     *
     * @param nearlyFull whether the disk has hardly any room
     */
    public List<String> doomedEarly(boolean nearlyFull, int most) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(DOOMED_EARLY)) {
                s.setBoolean(1, nearlyFull);
                s.setInt(2, most);
                return strings(s);
            }
        });
    }

    /** Their bytes are gone. */
    public void bury(List<String> keys) {
        work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(BURY)) {
                s.setArray(1, connection.createArrayOf("text", keys.toArray()));
                return s.executeUpdate();
            }
        });
    }

    /** Those of some keys that a row names. */
    public Set<String> named(List<String> keys) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(NAMED)) {
                s.setArray(1, connection.createArrayOf("text", keys.toArray()));
                s.setArray(2, connection.createArrayOf("text", keys.toArray()));
                return new HashSet<>(strings(s));
            }
        });
    }

    private static List<String> strings(PreparedStatement statement) throws SQLException {
        List<String> all = new ArrayList<>();
        try (ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                all.add(r.getString(1));
            }
        }
        return all;
    }

    /** Lets what refers to one of several equal files refer to the oldest of them. */
    public Merged mergeEqual(long afterId, int most) {
        List<long[]> pairs = work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(EQUAL)) {
                s.setLong(1, afterId);
                s.setInt(2, most);
                List<long[]> found = new ArrayList<>();
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        found.add(new long[] {r.getLong(1), r.getLong(2)});
                    }
                }
                return found;
            }
        });
        for (long[] pair : pairs) {
            move(pair[0], pair[1]);
        }
        return new Merged(pairs.size() < most ? -1 : pairs.getLast()[0], pairs.size());
    }

    private void move(long from, long to) {
        record Moved(int cacheId, StorePathHash hash) {}
        List<Moved> moved = work(connection -> {
            for (String sql : List.of(MOVE_STAGED, MOVE_FURTHER)) {
                try (PreparedStatement s = connection.prepareStatement(sql)) {
                    s.setLong(1, to);
                    s.setLong(2, from);
                    s.executeUpdate();
                }
            }
            try (PreparedStatement s = connection.prepareStatement(MOVE)) {
                s.setLong(1, to);
                s.setLong(2, from);
                List<Moved> all = new ArrayList<>();
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        all.add(new Moved(r.getInt(1), StorePathHash.of(r.getBytes(2))));
                    }
                }
                return all;
            }
        });
        moved.forEach(path -> changes.record(ChangeKind.PATH, path.cacheId(), path.hash()));
    }

    private <T> T work(org.hibernate.jdbc.ReturningWork<T> work) {
        return entities.unwrap(Session.class).doReturningWork(work);
    }
}
