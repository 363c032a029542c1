package io.narthex.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tenants that are not deleted. Every call needs a transaction of the caller's. */
@ApplicationScoped
public class Tenants {
    @PersistenceContext
    private EntityManager entities;

    public Optional<Tenant> find(TenantName name) {
        return entities.createQuery("select t from Tenant t where t.name = :name and t.deletedAt is null", Tenant.class)
                .setParameter("name", name.text())
                .getResultStream()
                .findFirst();
    }

    /** By name, those behind one. */
    public List<Tenant> list(@Nullable TenantName after, int limit) {
        return entities.createQuery(
                        "select t from Tenant t where t.deletedAt is null and t.name > :after order by t.name",
                        Tenant.class)
                .setParameter("after", after == null ? "" : after.text())
                .setMaxResults(limit)
                .getResultList();
    }

    /**
     * Makes a tenant; one of that name must not be there.
     *
     * @throws jakarta.persistence.PersistenceException where another has made it in this moment
     */
    public Tenant add(TenantName name, Instant now) {
        Tenant made = new Tenant(name, now);
        entities.persist(made);
        entities.flush();
        return made;
    }

    /** From the end of the transaction on there is no such tenant, nor a cache or token of it. */
    public void delete(Tenant tenant, Instant now) {
        tenant.delete(now);
        entities.flush();
    }
}
