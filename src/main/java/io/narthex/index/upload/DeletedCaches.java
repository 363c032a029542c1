package io.narthex.index.upload;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;

/** Removes what is left of deleted caches and tenants. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class DeletedCaches {
    private static final String DELETED = "(select c.id from cache c join tenant t on t.id = c.tenant_id"
            + " where (c.deleted_at is not null or t.deleted_at is not null) and not cache_is_held(c.id))";

    @PersistenceContext
    private EntityManager entities;

    /** Removes so many rows at most of each table; gives how many in all. */
    long removeRows(int most) {
        long removed = removePaths(most);
        for (String table : new String[] {
            "pin",
            "denial",
            "cache_retention",
            "path_revival",
            "push_session",
            "staged_nar",
            "uploaded_document",
            "upstream_path",
            "cache_source_path",
            "local_signature",
            "virtual_host"
        }) {
            removed += entities.createNativeQuery("delete from " + table + " where ctid in (select x.ctid from " + table
                            + " x where x.cache_id in " + DELETED + " limit :most)")
                    .setParameter("most", most)
                    .executeUpdate();
        }
        return removed
                + entities.createNativeQuery("delete from cache_source_path where ctid in (select x.ctid from"
                                + " cache_source_path x where x.source_cache_id in " + DELETED + " limit :most)")
                        .setParameter("most", most)
                        .executeUpdate();
    }

    private long removePaths(int most) {
        return ((Number) entities.createNativeQuery("select count(*) from remove_uploaded_paths(array(select p.id from"
                                + " uploaded_path p where p.cache_id in " + DELETED
                                + " limit :most), null, 'purged')")
                        .setParameter("most", most)
                        .getSingleResult())
                .longValue();
    }
}
