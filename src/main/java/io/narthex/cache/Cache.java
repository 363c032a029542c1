package io.narthex.cache;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.tenant.TenantName;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A cache with its present settings, as one request sees it.
 *
 * @param id its row; another cache that gets its name later has another
 * @param priority lower is preferred; empty: what the server's setting says
 * @param sources its own
 * @param others are asked for what none of its own sources has, in order
 * @param sharing for whom it may be a source
 * @param onConflict what becomes of a push of a path that one of {@code others} has with other bytes
 * @param virtualHosts in lower case, without port
 * @param entry how paths come into it
 * @param gates what it asks of paths that are promoted into it
 * @param evicts whether the oldest paths make room where its quota is used up
 * @param version counts the changes of these settings
 * @param uploadsAlone whether it is seen below {@code /push/}, where there is what was uploaded to it and nothing else
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
        List<OtherSource> others,
        Sharing sharing,
        UpstreamConflict onConflict,
        List<String> virtualHosts,
        ReferenceCheck references,
        ForeignSignatures foreignSignatures,
        List<PublicKey> trustedPublicKeys,
        Entry entry,
        Gates gates,
        boolean evicts,
        long version,
        boolean uploadsAlone) {
    public Cache {
        sources = Set.copyOf(sources);
        others = List.copyOf(others);
        virtualHosts = List.copyOf(virtualHosts);
        trustedPublicKeys = List.copyOf(trustedPublicKeys);
    }

    public boolean isPublic() {
        return visibility == Visibility.PUBLIC;
    }

    /** Whether what it has may be shown to everybody. */
    public boolean isOpen() {
        return isPublic() || sharing.publish();
    }

    /** Whether it may show what another has, as both are set now. */
    public boolean mayShow(Cache other) {
        return (other.tenantId == tenantId || other.sharing.isOfferedTo(tenant.text()))
                && (other.isOpen() || !isOpen())
                && other.storeDir.equals(storeDir);
    }

    /** Whether it shows the machine's Nix store, as it is seen here. */
    public boolean showsLocalStore() {
        return !uploadsAlone && sources.contains(Source.LOCAL_STORE);
    }

    /** Whether nothing enters it but what is promoted from other caches. */
    public boolean isPromotedTo() {
        return entry == Entry.PROMOTION;
    }

    /** Whether it takes and serves uploads. */
    public boolean takesUploads() {
        return sources.contains(Source.UPLOADS);
    }

    /** Whether paths may come from elsewhere, as it is seen here. */
    public boolean showsOthers() {
        return !uploadsAlone && !others.isEmpty();
    }

    /** The names of the upstreams that it lists, in order. */
    public List<String> upstreams() {
        return others.stream()
                .filter(OtherSource.OfUpstream.class::isInstance)
                .map(source -> ((OtherSource.OfUpstream) source).name())
                .toList();
    }

    /** The same cache with its uploads alone: for who asks what is still to be pushed. */
    public Cache asUploadsAlone() {
        return seen(true);
    }

    /** The same cache with all that it shows: for who decides what fits into it. */
    public Cache whole() {
        return seen(false);
    }

    /** The same cache, seen as another is. */
    public Cache seenLike(Cache other) {
        return seen(other.uploadsAlone);
    }

    private Cache seen(boolean alone) {
        return alone == uploadsAlone
                ? this
                : new Cache(
                        id,
                        tenantId,
                        tenant,
                        name,
                        visibility,
                        priority,
                        wantMassQuery,
                        storeDir,
                        sources,
                        others,
                        sharing,
                        onConflict,
                        virtualHosts,
                        references,
                        foreignSignatures,
                        trustedPublicKeys,
                        entry,
                        gates,
                        evicts,
                        version,
                        alone);
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
