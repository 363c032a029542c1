package io.narthex.index.signing;

import io.narthex.key.SigningProgress;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts which share of a cache's paths each of its keys has signed. */
@ApplicationScoped
@Retried
@Transactional
public class SigningCounts implements SigningProgress {
    /** A pace that is older than a few pages is none. */
    private static final String COUNT = """
        select k.name,
               (select count(*) from upload_signature s where s.key_id = k.id)
                   + (select count(*) from path_signature s where s.key_id = k.id and 'local-store' = any(c.sources)),
               (select count(*) from uploaded_path p where p.cache_id = c.id)
                   + (select count(*) from local_path p where 'local-store' = any(c.sources)),
               coalesce((select g.per_second from key_signing g
                         where g.key_id = k.id and g.at > clock_timestamp() - interval '15 seconds'), 0)
        from signing_key k join cache c on c.id = k.cache_id
        where c.id = :cache and k.state in ('ACTIVE', 'RETIRING')
        """;

    @PersistenceContext
    private EntityManager entities;

    @Override
    public Map<String, Progress> of(int cacheId) {
        List<?> rows = entities.createNativeQuery(COUNT, Object[].class)
                .setParameter("cache", cacheId)
                .getResultList();
        Map<String, Progress> all = new HashMap<>();
        for (Object row : rows) {
            Object[] columns = (Object[]) row;
            all.put(
                    (String) columns[0],
                    new Progress(number(columns[1]), number(columns[2]), ((Number) columns[3]).doubleValue()));
        }
        return all;
    }

    private static long number(Object column) {
        return ((Number) column).longValue();
    }
}
