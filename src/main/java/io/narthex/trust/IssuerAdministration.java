package io.narthex.trust;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.http.Preconditions;
import io.narthex.transaction.Retried;
import io.narthex.trust.TrustException.UnknownIssuer;
import io.narthex.trust.TrustException.UrlTaken;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Allows issuers, changes and deletes them. Each call is a transaction; those that change something wait for each other. */
@ApplicationScoped
@Retried
@Transactional
public class IssuerAdministration {
    @Inject
    private Issuers issuers;

    @Inject
    private Trusts trusts;

    @Inject
    private TrustTokens tokens;

    @Inject
    private AuditLog audit;

    /** @param made whether there was none before */
    record Put(Issuer issuer, boolean made) {}

    /** @throws UnknownIssuer if there is none */
    Issuer get(String name) {
        return issuers.find(name).orElseThrow(UnknownIssuer::new);
    }

    /** The one whose tokens have this {@code iss}. */
    Optional<Issuer> findByUrl(String url) {
        return issuers.findByUrl(url);
    }

    List<Issuer> list(@Nullable String after, int limit) {
        return issuers.list(after == null ? "" : after, limit);
    }

    /** Allows or changes one. What narrows it ends all tokens that were given by its word. */
    Put put(String name, IssuerRequest request, Preconditions preconditions) {
        issuers.lock();
        Issuer before = issuers.find(name).orElse(null);
        preconditions.check(before == null ? null : before.entityTag());
        Issuer.Settings after = request.over(before == null ? null : before.settings());
        issuers.findByUrl(after.url())
                .filter(other -> !other.name().equals(name))
                .ifPresent(other -> {
                    throw new UrlTaken(other.name());
                });
        if (before == null) {
            issuers.add(name, after);
            audit.record(event(AuditAction.ISSUER_CREATED, name, after));
        } else if (!after.equals(before.settings())) {
            issuers.set(before.id(), after);
            int ended = after.keeps(before.settings()) ? 0 : endTokens(before);
            audit.record(event(AuditAction.ISSUER_CHANGED, name, after).detail("tokensRevoked", ended));
        }
        return new Put(get(name), before == null);
    }

    /**
     * From the end of the transaction on its tokens, and those given for them, open nothing.
     *
     * @throws UnknownIssuer if there is none
     */
    void delete(String name, Preconditions preconditions) {
        issuers.lock();
        Issuer issuer = get(name);
        preconditions.check(issuer.entityTag());
        issuers.delete(issuer.id());
        audit.record(
                event(AuditAction.ISSUER_DELETED, name, issuer.settings()).detail("tokensRevoked", endTokens(issuer)));
    }

    private int endTokens(Issuer issuer) {
        return trusts.idsOf(issuer.settings().url()).stream()
                .mapToInt(tokens::revoke)
                .sum();
    }

    private static AuditEvent event(AuditAction action, String name, Issuer.Settings settings) {
        return AuditEvent.of(action)
                .detail("name", name)
                .detail("issuer", settings.url())
                .detail("kind", settings.kind().text())
                .detail("requiredClaims", settings.required())
                .detail("uploadedKeys", settings.jwks() != null)
                .detail("reuse", settings.reuse())
                .detail("maxLifetimeSeconds", settings.maxLifetimeSeconds());
    }
}
