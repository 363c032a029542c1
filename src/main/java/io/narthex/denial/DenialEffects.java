package io.narthex.denial;

import io.narthex.denial.DenialEffect.Pull;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says what a rule would make dark, and who fetched that lately. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class DenialEffects {
    /** As many names, and as many of those who fetched, as a reader looks through. */
    private static final int SHOWN = 100;

    private static final String FIND = """
        select array(select paths_to_deny(
            cast(? as integer),
            row(0, null, '', cast(? as text), cast(? as bytea), cast(? as bytea), cast(? as boolean), '', null, now(), null,
                like_form(cast(? as text)), null)::denial))
        """;

    private static final String COUNT = """
        select count(*), coalesce(sum(h.size), 0)
        from (select max(h.nar_size) as size
              from unnest(cast(? as integer[])) as d(id) join path_held h on h.path_id = d.id
              where cast(? as integer) is null or h.scope = any (array(select unnest(denial_scopes(?))))
              group by d.id) h
        """;

    private static final String NAMES = """
        select d.base_name from unnest(cast(? as integer[])) as w(id) join store_path d on d.id = w.id
        where exists (select from path_held h where h.path_id = d.id and (cast(? as integer) is null or h.scope = any (array(select unnest(denial_scopes(?))))))
        order by substr(d.base_name, 34), d.base_name limit
        """;

    private static final String PULLS = """
        select n.path, t.name || '/' || c.name, n.token_id, min(k.note), host(n.address), count(*), max(n.at)
        from unnest(cast(? as integer[])) as w(id)
             join store_path d on d.id = w.id
             join nar_download n on n.path = d.base_name and n.at > now() - interval '30 days'
             join cache c on c.id = n.cache_id
             join tenant t on t.id = c.tenant_id
             left join token k on k.public_id = n.token_id
        where cast(? as integer) is null or n.cache_id = ?
        group by n.path, t.name, c.name, n.token_id, n.address
        order by max(n.at) desc limit
        """;

    @Inject
    private Denials denials;

    /** @param cache whose rule it would be; null: the server's */
    DenialEffect of(@Nullable Integer cache, DenialSettings settings) {
        Integer[] dark = denials.with(FIND, s -> {
            s.setObject(1, cache, Types.INTEGER);
            Denials.what(s, 2, settings.what());
            s.setBoolean(5, settings.dependents());
            s.setString(
                    6,
                    settings.what() instanceof Denied.ByName rule
                            ? rule.pattern().text()
                            : null);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return (Integer[]) r.getArray(1).getArray();
            }
        });
        long[] counted = {0, 0};
        rows(COUNT, dark, cache, r -> {
            counted[0] = r.getLong(1);
            counted[1] = r.getLong(2);
            return r;
        });
        return new DenialEffect(
                counted[0],
                counted[1],
                rows(NAMES + SHOWN, dark, cache, r -> r.getString(1)),
                rows(PULLS + SHOWN, dark, cache, DenialEffects::pull));
    }

    private static Pull pull(ResultSet r) throws SQLException {
        return new Pull(
                r.getString(1),
                r.getString(2),
                r.getString(3),
                r.getString(4),
                r.getString(5),
                r.getLong(6),
                Objects.requireNonNull(DenialRows.instant(r, 7)));
    }

    /** Reads a row. */
    private interface Row<T> {
        T read(ResultSet r) throws SQLException;
    }

    private <T> List<T> rows(String sql, Integer[] dark, @Nullable Integer cache, Row<T> row) {
        return denials.with(sql, s -> {
            s.setArray(1, s.getConnection().createArrayOf("integer", dark));
            s.setObject(2, cache, Types.INTEGER);
            s.setObject(3, cache, Types.INTEGER);
            List<T> all = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    all.add(row.read(r));
                }
            }
            return all;
        });
    }
}
