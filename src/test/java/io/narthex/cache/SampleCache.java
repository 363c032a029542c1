package io.narthex.cache;

import io.narthex.nix.store.StoreDir;
import io.narthex.tenant.TenantName;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Caches that are in no database. */
public final class SampleCache {
    /** {@code default/default}, as a machine without uploads has it. */
    public static final Cache LOCAL = of(1, "default", "default", Visibility.PUBLIC, Source.LOCAL_STORE);

    private SampleCache() {}

    public static Cache of(int id, String tenant, String name, Visibility visibility, Source... sources) {
        return of(id, tenant, name, visibility, false, sources);
    }

    /** One of uploads, where the oldest make room. */
    public static Cache evicting(int id, String tenant, String name) {
        return of(id, tenant, name, Visibility.PUBLIC, true, Source.UPLOADS);
    }

    private static Cache of(
            int id, String tenant, String name, Visibility visibility, boolean evicts, Source... sources) {
        return new Cache(
                id,
                id,
                new TenantName(tenant),
                new CacheName(name),
                visibility,
                OptionalInt.empty(),
                true,
                StoreDir.DEFAULT,
                Set.of(sources),
                List.of(),
                Sharing.NONE,
                UpstreamConflict.REFUSE,
                List.of(),
                ReferenceCheck.STRICT,
                ForeignSignatures.KEEP,
                List.of(),
                Entry.PUSH,
                Gates.NONE,
                evicts,
                0,
                false);
    }
}
