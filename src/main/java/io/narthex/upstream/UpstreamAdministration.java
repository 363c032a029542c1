package io.narthex.upstream;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.CacheException;
import io.narthex.cache.OfferedUpstreams;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.http.Preconditions;
import io.narthex.nix.signature.PublicKey;
import io.narthex.outbound.OutboundClient;
import io.narthex.tenant.TenantEntity;
import io.narthex.transaction.Retried;
import io.narthex.upstream.UpstreamException.CredentialsOfAnotherOrigin;
import io.narthex.upstream.UpstreamException.CredentialsWithoutTls;
import io.narthex.upstream.UpstreamException.ListedByPublicCache;
import io.narthex.upstream.UpstreamException.UnknownUpstream;
import io.narthex.upstream.UpstreamException.UrlMissing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes, changes and deletes upstreams, and says which a cache may list. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class UpstreamAdministration implements OfferedUpstreams {
    @Inject
    private Upstreams upstreams;

    @Inject
    private CredentialVault vault;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    /** @param made whether there was none before */
    record Put(StoredUpstream upstream, boolean made) {}

    /** @throws UnknownUpstream if there is none */
    StoredUpstream get(String name) {
        return upstreams.find(name).orElseThrow(UnknownUpstream::new);
    }

    List<StoredUpstream> list(@Nullable String after, int most) {
        return upstreams.list(after == null ? "" : after, most);
    }

    /**
     * Makes or changes an upstream.
     *
     * @throws UpstreamException where its credentials do not fit the rest
     */
    Put put(String name, UpstreamRequest request, Preconditions preconditions) {
        upstreams.lock();
        StoredUpstream there = upstreams.find(name).orElse(null);
        preconditions.check(there == null ? null : there.entityTag());
        if (there == null && request.url().value() == null) {
            throw new UrlMissing();
        }
        Upstream known = there == null ? null : there.upstream();
        UpstreamSettings before = known == null ? null : UpstreamSettings.of(known);
        UpstreamSettings after = request.over(before);
        check(name, known, request, after);
        boolean newSecret = request.credentials().named();
        if (!after.equals(before) || newSecret) {
            if (newSecret && known != null) {
                // those that there were may not fit the new address
                upstreams.seal(known.id(), null);
            }
            int id = upstreams.save(known == null ? null : known.id(), name, after);
            if (newSecret) {
                Credentials credentials = request.credentials().value();
                upstreams.seal(id, credentials == null ? null : vault.seal(id, after.url(), credentials));
            }
            changes.record(ChangeKind.UPSTREAM, id, null);
            if (before != null) {
                removed(id, name, before, after);
            }
            audit.record(AuditEvent.of(known == null ? AuditAction.UPSTREAM_CREATED : AuditAction.UPSTREAM_CHANGED)
                    .detail("upstream", name)
                    .detail("settings", after.facts())
                    .detail("credentials", newSecret ? "set" : "kept"));
        }
        return new Put(get(name), known == null);
    }

    /** What stands by a key alone that is trusted no more is gone, once the nodes have heard of the change. */
    private void removed(int id, String name, UpstreamSettings before, UpstreamSettings after) {
        for (PublicKey key : before.keys()) {
            if (!after.keys().contains(key)) {
                Upstreams.Affected affected = upstreams.standingBy(id, key);
                audit.record(AuditEvent.of(AuditAction.UPSTREAM_KEY_REMOVED)
                        .key(key.name())
                        .detail("upstream", name)
                        .detail("publicKey", key.toString())
                        .detail("paths", affected.paths())
                        .detail("fetchedBy", affected.fetchers()));
            }
        }
    }

    private void check(String name, @Nullable Upstream known, UpstreamRequest request, UpstreamSettings after) {
        boolean kept = !request.credentials().named() && known != null && known.hasCredentials();
        boolean secret = kept || request.credentials().value() != null;
        if (kept
                && known != null
                && !OutboundClient.originOf(known.url()).equals(OutboundClient.originOf(after.url()))) {
            throw new CredentialsOfAnotherOrigin();
        }
        if (secret && !after.url().getScheme().equals("https")) {
            throw new CredentialsWithoutTls();
        }
        if (secret && !after.publish()) {
            upstreams.publicLister(name).ifPresent(cache -> {
                throw new ListedByPublicCache(cache);
            });
        }
    }

    /**
     * From the end of the transaction on there is no such upstream, and no cache has a path of it.
     *
     * @throws UnknownUpstream if there is none
     */
    void delete(String name, Preconditions preconditions) {
        upstreams.lock();
        StoredUpstream there = get(name);
        preconditions.check(there.entityTag());
        upstreams.delete(there.upstream().id());
        changes.record(ChangeKind.UPSTREAM, there.upstream().id(), null);
        audit.record(AuditEvent.of(AuditAction.UPSTREAM_DELETED).detail("upstream", name));
    }

    @Override
    public void lock() {
        upstreams.lock();
    }

    @Override
    public void require(TenantEntity owner, Collection<String> names, boolean open) {
        for (String name : names) {
            Upstream upstream = upstreams
                    .find(name)
                    .map(StoredUpstream::upstream)
                    .filter(u -> u.isOfferedTo(owner.name().text()))
                    .orElseThrow(() -> new CacheException.UnknownSource("upstream:" + name));
            if (open && upstream.isSecret()) {
                throw new CacheException.WouldBePublic("upstream:" + name);
            }
        }
    }
}
