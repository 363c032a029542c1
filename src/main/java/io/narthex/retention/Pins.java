package io.narthex.retention;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Preconditions;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.NarSource;
import io.narthex.index.PathIndex;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes the pins of caches. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class Pins {
    /** Of one cache: a mark begins at each. */
    static final int MOST = 10_000;

    private static final String COLUMNS = """
        select p.id, p.name, p.note, p.keep_revisions, p.keep_days, p.expires_at, p.protected, p.version, p.created_at,
               r.revision, r.hash, r.name, r.set_at, k.public_id
        from pin p
             join pin_revision r on r.pin_id = p.id and r.revision = p.last_revision
             left join token k on k.id = r.set_by
        """;
    private static final String FIND = COLUMNS + "where p.cache_id = ? and p.name = ?";
    private static final String LIST = COLUMNS + "where p.cache_id = ? and p.name > ? order by p.name limit ?";
    private static final String REVISIONS = """
        select r.revision, r.hash, r.name, r.set_at, k.public_id
        from pin_revision r left join token k on k.id = r.set_by
        where r.pin_id = ? order by r.revision desc limit ?
        """;
    private static final String INSERT = """
        insert into pin (tenant_id, cache_id, name, note, keep_revisions, keep_days, expires_at, protected)
        values (?, ?, ?, ?, ?, ?, ?, ?) returning id
        """;
    private static final String UPDATE = """
        update pin set note = ?, keep_revisions = ?, keep_days = ?, expires_at = ?, protected = ?, version = version + 1
        where id = ?
        """;
    private static final String REPLACE =
            "update pin_revision set replaced_at = clock_timestamp() where pin_id = ? and replaced_at is null";
    private static final String ADD = """
        with next as (update pin set last_revision = last_revision + 1 where id = ? returning id, last_revision)
        insert into pin_revision (pin_id, revision, hash, name, set_by) select id, last_revision, ?, ?, ? from next
        """;

    /** What it kept is to be looked at. */
    private static final String DIRTY = "update cache_retention set clean_cutoff = null where cache_id = ?";

    private final Clock clock = Clock.systemUTC();

    @Inject
    private Sql sql;

    @Inject
    private PathIndex index;

    @Inject
    private CurrentCaller caller;

    @Inject
    private AuditLog audit;

    /**
     * What a PUT came to.
     *
     * @param made whether there was no such pin
     */
    public record Put(Pin pin, boolean made) {}

    /** The path that a pin names now; empty where there is no such pin, or where it has expired. */
    public Optional<StorePath> newest(Cache cache, PinName name) {
        return find(cache, name)
                .filter(pin -> !pin.isExpired(clock.instant()))
                .map(pin -> pin.newest().path());
    }

    Optional<Pin> find(Cache cache, PinName name) {
        return sql.first(FIND, Pins::pin, cache.id(), name.text());
    }

    /** By name, those behind one. */
    public List<Pin> list(Cache cache, String after, int limit) {
        return sql.all(LIST, Pins::pin, cache.id(), after, limit);
    }

    /** The newest first. */
    List<Pin.Revision> revisions(Pin pin, int limit) {
        return sql.all(REVISIONS, r -> revision(r, 1), pin.id(), limit);
    }

    private static Pin pin(ResultSet r) throws SQLException {
        PinSettings settings = new PinSettings(
                r.getString(3), r.getInt(4), r.getObject(5, Integer.class), Sql.moment(r, 6), r.getBoolean(7));
        return new Pin(
                r.getLong(1),
                new PinName(r.getString(2)),
                settings,
                revision(r, 10),
                r.getLong(8),
                Objects.requireNonNull(Sql.moment(r, 9)));
    }

    private static Pin.Revision revision(ResultSet r, int first) throws SQLException {
        return new Pin.Revision(
                r.getInt(first),
                new StorePath(StorePathHash.of(r.getBytes(first + 1)), r.getString(first + 2)),
                Objects.requireNonNull(Sql.moment(r, first + 3)),
                r.getString(first + 4));
    }

    /**
     * Sets a pin; another path is a new revision.
     *
     * @param administers whether the caller administers the cache
     * @throws ProblemException 409 where the path is not in the cache, 403 where the pin is protected
     */
    public Put put(Cache cache, PinName name, PinRequest request, Preconditions preconditions, boolean administers) {
        sql.lockAlone("pins " + cache.id());
        Optional<Pin> before = find(cache, name);
        preconditions.check(before.map(Pin::entityTag).orElse(null));
        before.ifPresent(pin -> requireRight(pin, administers));
        PinSettings kept = before.map(Pin::settings).orElse(PinSettings.INITIAL);
        PinSettings settings = request.over(kept);
        if (settings.isProtected() && !administers) {
            throw forbidden("Only who administers the cache may protect a pin");
        }
        StorePath path = request.path()
                .or(() -> before.map(pin -> pin.newest().path()))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.BAD_REQUEST, "path must be given: the store path that the pin is to keep"));
        boolean moved = !before.map(pin -> pin.newest().path().equals(path)).orElse(false);
        if (moved || !settings.equals(kept)) {
            requirePresent(cache, path);
            write(cache, name, before.orElse(null), settings, moved ? path : null);
        }
        return new Put(find(cache, name).orElseThrow(), before.isEmpty());
    }

    private void write(
            Cache cache, PinName name, @Nullable Pin before, PinSettings settings, @Nullable StorePath moved) {
        Object[] set = {
            settings.note(),
            settings.keepRevisions(),
            new Sql.Null<>(settings.keepDays(), Types.INTEGER),
            new Sql.Null<>(settings.expiresAt(), Types.TIMESTAMP_WITH_TIMEZONE),
            settings.isProtected()
        };
        long id = before == null ? insert(cache, name, set) : before.id();
        if (before != null) {
            sql.change(UPDATE, set[0], set[1], set[2], set[3], set[4], id);
        }
        if (moved != null) {
            sql.change(REPLACE, id);
            Long token = caller.token().isPresent() ? caller.token().getAsLong() : null;
            sql.change(ADD, id, moved.hash().toBytes(), moved.name(), new Sql.Null<>(token, Types.BIGINT));
        }
        sql.change(DIRTY, cache.id());
        Pin after = find(cache, name).orElseThrow();
        audit.record(event(AuditAction.PIN_SET, cache, after)
                .detail("revision", after.newest().number())
                .detail("note", settings.note())
                .detail("keepRevisions", settings.keepRevisions())
                .detail("keepDays", settings.keepDays())
                .detail(
                        "expiresAt",
                        settings.expiresAt() == null
                                ? null
                                : settings.expiresAt().toString())
                .detail("protected", settings.isProtected()));
    }

    private long insert(Cache cache, PinName name, Object... set) {
        int there = sql.one("select count(*) from pin where cache_id = ?", r -> r.getInt(1), cache.id());
        if (there >= MOST) {
            throw new ProblemException(
                    ProblemType.CONFLICT, "The cache has " + MOST + " pins, the most that it may have: delete some");
        }
        return sql.one(
                INSERT,
                r -> r.getLong(1),
                cache.tenantId(),
                cache.id(),
                name.text(),
                set[0],
                set[1],
                set[2],
                set[3],
                set[4]);
    }

    /** First the lock, then the question: what is there is neither hidden nor removed until the pin keeps it. */
    private void requirePresent(Cache cache, StorePath path) {
        byte[] hash = path.hash().toBytes();
        sql.all("select lock_references(?, array[cast(? as bytea)])", r -> "", cache.id(), hash);
        boolean pushed = sql.first(
                        "select 1 from uploaded_path where cache_id = ? and hash = ? and name = ?",
                        r -> true,
                        cache.id(),
                        hash,
                        path.name())
                .isPresent();
        if (!pushed && !isShownFromTheStore(cache, path)) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "The cache does not have " + path.toString(cache.storeDir()) + ": push it first");
        }
    }

    private boolean isShownFromTheStore(Cache cache, StorePath path) {
        return index.find(cache, path.hash())
                .filter(known -> known.source() instanceof NarSource.InLocalStore
                        && !known.isElsewhere()
                        && known.path().equals(path))
                .isPresent();
    }

    /**
     * From now on the pin keeps nothing.
     *
     * @return false where there is no such pin
     */
    public boolean delete(Cache cache, PinName name, @Nullable String ifMatch, boolean administers) {
        sql.lockAlone("pins " + cache.id());
        Optional<Pin> found = find(cache, name);
        if (found.isEmpty()) {
            return false;
        }
        Pin pin = found.get();
        new Preconditions(ifMatch, null).check(pin.entityTag());
        requireRight(pin, administers);
        sql.change("delete from pin where id = ?", pin.id());
        sql.change(DIRTY, cache.id());
        audit.record(event(AuditAction.PIN_DELETED, cache, pin)
                .detail("revision", pin.newest().number()));
        return true;
    }

    private static void requireRight(Pin pin, boolean administers) {
        if (pin.settings().isProtected() && !administers) {
            throw forbidden("The pin " + pin.name() + " is protected: only who administers the cache may change it");
        }
    }

    private static ProblemException forbidden(String sentence) {
        return new ProblemException(ProblemType.FORBIDDEN, sentence);
    }

    private static AuditEvent event(AuditAction action, Cache cache, Pin pin) {
        return AuditEvent.of(action)
                .cache(cache.tenantId(), cache.id())
                .path(pin.newest().path())
                .detail("pin", pin.name().text());
    }
}
