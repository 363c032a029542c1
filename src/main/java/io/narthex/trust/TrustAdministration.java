package io.narthex.trust;

import io.narthex.access.CallerGrants;
import io.narthex.access.TokenException;
import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.configuration.Settings;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Preconditions;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.NameRule;
import io.narthex.tenant.TenantEntity;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import io.narthex.tenant.Tenants;
import io.narthex.transaction.Retried;
import io.narthex.trust.TrustException.Impossible;
import io.narthex.trust.TrustException.TooMany;
import io.narthex.trust.TrustException.UnknownTrust;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes, changes and deletes trusts. Each call is a transaction; those that change one tenant's wait for each other. */
@ApplicationScoped
@Retried
@Transactional
public class TrustAdministration {
    /** Of a tenant; an identity token is held against each that may be about it. */
    private static final int MOST = 500;

    @Inject
    private Tenants tenants;

    @Inject
    private Trusts trusts;

    @Inject
    private Issuers issuers;

    @Inject
    private TrustTokens tokens;

    @Inject
    private CallerGrants grants;

    @Inject
    private CurrentCaller caller;

    @Inject
    private Settings settings;

    @Inject
    private AuditLog audit;

    /** @param made whether there was none before */
    record Put(Trust trust, boolean made) {}

    /** @throws UnknownTrust if there is none that the caller may see */
    Trust get(TenantName tenant, String name) {
        return find(owner(tenant), name).orElseThrow(UnknownTrust::new);
    }

    private Optional<Trust> find(TenantEntity owner, String name) {
        return trusts.find(owner.id(), name).filter(trust -> grants.mayManage(trust.patterns()));
    }

    /** By name, those behind one that the caller may see. */
    public List<TrustResponse> list(TenantName tenant, @Nullable String after, int limit) {
        return trusts.list(owner(tenant).id(), after == null ? "" : after, MOST).stream()
                .filter(trust -> grants.mayManage(trust.patterns()))
                .limit(limit)
                .map(TrustResponse::of)
                .toList();
    }

    /**
     * Makes one.
     *
     * @throws ProblemException where there is one of that name, or the name can be none
     * @throws TrustException where it cannot be
     * @throws TokenException where it would give more than the caller has
     */
    public void make(TenantName tenant, String name, TrustRequest request) {
        put(tenant, name, request, new Preconditions(null, "*"));
    }

    /** Makes or changes one. What narrows it ends its tokens. */
    Put put(TenantName tenant, String name, TrustRequest request, Preconditions preconditions) {
        if (!NameRule.allows(name)) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "A trust's name is " + NameRule.SENTENCE);
        }
        TenantEntity owner = tenants.lock(tenant).orElseThrow(UnknownTenant::new);
        Optional<Trust> there = trusts.find(owner.id(), name);
        if (there.isPresent() && !grants.mayManage(there.get().patterns())) {
            throw new UnknownTrust();
        }
        Trust before = there.orElse(null);
        preconditions.check(before == null ? null : before.entityTag());
        Trust.Settings after = request.over(before == null ? null : before.settings(), ownAudience(tenant));
        List<CachePattern> patterns = checked(tenant, after);
        if (before == null) {
            if (trusts.count(owner.id()) >= MOST) {
                throw new TooMany(MOST);
            }
            Long maker = caller.token().isPresent() ? caller.token().getAsLong() : null;
            trusts.add(owner.id(), name, after, patterns, maker);
            audit.record(event(AuditAction.TRUST_CREATED, owner, name, after));
        } else if (!after.equals(before.settings()) || !patterns.equals(before.patterns())) {
            trusts.set(before.id(), after, patterns);
            int ended = TrustPolicy.keeps(before, after, patterns) ? 0 : tokens.revoke(before.id());
            audit.record(event(AuditAction.TRUST_CHANGED, owner, name, after).detail("tokensRevoked", ended));
        }
        return new Put(get(tenant, name), before == null);
    }

    private List<CachePattern> checked(TenantName tenant, Trust.Settings after) {
        Issuer issuer = issuers.findByUrl(after.issuer())
                .orElseThrow(() ->
                        new Impossible("issuer must be the URL of one that this server's administrator has allowed"));
        if (isOfAnother(tenant, after.audience())) {
            throw new Impossible("audience is another tenant's: this one's is "
                    + ownAudience(tenant).orElse("its own"));
        }
        List<CachePattern> patterns = grants.check(tenant, after.scopes(), after.caches());
        TrustPolicy.check(after, issuer.settings(), patterns);
        return patterns;
    }

    /** A token for one tenant is none for another. */
    private boolean isOfAnother(TenantName tenant, String audience) {
        return ownAudience(tenant)
                .filter(own -> {
                    String all = own.substring(0, own.length() - tenant.text().length());
                    return audience.startsWith(all) && !audience.equals(own) && !audience.startsWith(own + "/");
                })
                .isPresent();
    }

    /** What the tokens for this tenant alone are for: the server's URL and the tenant; empty where the server has no URL. */
    private Optional<String> ownAudience(TenantName tenant) {
        return settings.url().map(url -> url + "/" + tenant.text());
    }

    /**
     * From the end of the transaction on its tokens open nothing.
     *
     * @throws UnknownTrust if there is none that the caller may see
     */
    public void delete(TenantName tenant, String name, Preconditions preconditions) {
        TenantEntity owner = tenants.lock(tenant).orElseThrow(UnknownTenant::new);
        Trust trust = find(owner, name).orElseThrow(UnknownTrust::new);
        preconditions.check(trust.entityTag());
        trusts.delete(trust.id());
        audit.record(event(AuditAction.TRUST_DELETED, owner, name, trust.settings())
                .detail("tokensRevoked", tokens.revoke(trust.id())));
    }

    private TenantEntity owner(TenantName tenant) {
        return tenants.find(tenant).orElseThrow(UnknownTenant::new);
    }

    private static AuditEvent event(AuditAction action, TenantEntity owner, String name, Trust.Settings settings) {
        return AuditEvent.of(action)
                .tenant(owner.id())
                .detail("trust", name)
                .detail("issuer", settings.issuer())
                .detail("audience", settings.audience())
                .detail("claims", settings.claims())
                .detail("allow", settings.allow())
                .detail(
                        "scopes",
                        settings.scopes().stream().sorted().map(Scope::text).toList())
                .detail("caches", new ArrayList<>(settings.caches()))
                .detail("ttlSeconds", settings.ttlSeconds());
    }
}
