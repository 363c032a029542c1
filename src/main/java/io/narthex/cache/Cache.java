package io.narthex.cache;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.tenant.TenantName;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A cache as it is set now.
 *
 * @param id its row; another cache that gets its name later has another
 * @param priority lower is preferred; empty: what the server's setting says
 * @param virtualHosts in lower case, without port
 * @param version counts the changes of these settings
 */
public record Cache(
        int id,
        int tenantId,
        TenantName tenant,
        CacheName name,
        Visibility visibility,
        OptionalInt priority,
        boolean wantMassQuery,
        StoreDir storeDir,
        Set<Source> sources,
        List<String> virtualHosts,
        ReferenceCheck references,
        ForeignSignatures foreignSignatures,
        List<PublicKey> trustedPublicKeys,
        long version) {
    public Cache {
        sources = Set.copyOf(sources);
        virtualHosts = List.copyOf(virtualHosts);
        trustedPublicKeys = List.copyOf(trustedPublicKeys);
    }

    public boolean isPublic() {
        return visibility == Visibility.PUBLIC;
    }

    /** Whether it shows the machine's Nix store. */
    public boolean showsLocalStore() {
        return sources.contains(Source.LOCAL_STORE);
    }

    /** Whether it takes and serves uploads. */
    public boolean takesUploads() {
        return sources.contains(Source.UPLOADS);
    }

    /** Whether it is {@code default/default}, which is at {@code /} too. */
    public boolean isDefault() {
        return tenant.equals(TenantName.DEFAULT) && name.equals(CacheName.DEFAULT);
    }

    /** {@code tenant/cache}. */
    public String fullName() {
        return tenant + "/" + name;
    }
}
