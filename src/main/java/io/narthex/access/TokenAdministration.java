package io.narthex.access;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenDigest;
import io.narthex.access.token.TokenRequest;
import io.narthex.access.token.TokenText;
import io.narthex.access.token.Tokens;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Caches;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.configuration.Secret;
import io.narthex.tenant.TenantEntity;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import io.narthex.tenant.Tenants;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes, lists and revokes tokens. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class TokenAdministration {
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();

    @Inject
    private Tokens tokens;

    @Inject
    private Tenants tenants;

    @Inject
    private Caches caches;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    /** A new token, and the one time that its text is told. */
    record Made(Token token, Secret text) {}

    /**
     * Makes a token.
     *
     * @param tenant whose it is; null: the server's
     * @param maker the token that makes it; null: the server's administrator
     * @throws TokenException when it may not be made
     */
    Made make(@Nullable TenantName tenant, TokenRequest request, @Nullable Token maker) {
        TenantEntity owner = owner(tenant);
        Instant now = now();
        List<Optional<CachePattern>> patterns =
                TokenRequest.patterns(tenant == null ? null : tenant.text(), request.caches()).stream()
                        .map(pattern -> pattern.map(this::bound))
                        .toList();
        TokenPolicy.check(request, patterns, tenant == null ? null : tenant.text(), maker, now);
        Secret text = TokenText.make(random);
        Token made = tokens.add(
                Objects.requireNonNull(TokenText.publicId(text)),
                TokenDigest.of(text),
                owner,
                request,
                patterns.stream().map(Optional::orElseThrow).toList(),
                now,
                maker == null ? null : maker.id(),
                null);
        changes.record(ChangeKind.TOKEN, made.id(), null);
        Instant end = made.expiresAt();
        audit.record(event(AuditAction.TOKEN_CREATED, made)
                .detail(
                        "scopes",
                        request.scopes().stream().sorted().map(Scope::text).toList())
                .detail("caches", request.caches())
                .detail("expiresAt", end == null ? "never" : end.toString()));
        return new Made(made, text);
    }

    /** A plain name with the cache that has it now. */
    private CachePattern bound(CachePattern pattern) {
        return pattern.isPlain()
                ? pattern.of(caches.findId(pattern.tenant(), pattern.cache()).orElse(null))
                : pattern;
    }

    /**
     * Newest first, those below an id.
     *
     * @param caller sees only tokens for its own caches; null: the server's administrator, who sees all
     */
    List<Token> list(@Nullable TenantName tenant, long below, int limit, @Nullable Token caller) {
        TenantEntity owner = owner(tenant);
        Integer id = owner == null ? null : owner.id();
        List<Token> seen = new ArrayList<>();
        long next = below;
        List<Token> read;
        do {
            read = tokens.list(id, next, limit);
            for (Token token : read) {
                next = token.id();
                if (seen.size() < limit && TokenPolicy.mayManage(caller, token)) {
                    seen.add(token);
                }
            }
        } while (seen.size() < limit && read.size() == limit);
        return seen;
    }

    /** @throws TokenException if there is none of that id that the caller may see */
    Token get(@Nullable TenantName tenant, String publicId, @Nullable Token caller) {
        TenantEntity owner = owner(tenant);
        return tokens.find(owner == null ? null : owner.id(), publicId)
                .filter(token -> TokenPolicy.mayManage(caller, token))
                .orElseThrow(TokenException.UnknownToken::new);
    }

    /** From the end of the transaction on it opens nothing; once more changes nothing. */
    void revoke(@Nullable TenantName tenant, String publicId, @Nullable Token caller) {
        end(get(tenant, publicId, caller));
    }

    /** The same of a token that is known already. */
    void end(Token token) {
        if (token.revokedAt() == null) {
            Token.Owner owner = token.tenant();
            tokens.revoke(owner == null ? null : owner.id(), token.publicId(), now());
            changes.record(ChangeKind.TOKEN, token.id(), null);
            audit.record(event(AuditAction.TOKEN_REVOKED, token));
        }
    }

    /** About a token, which is another than the one that does it. */
    private static AuditEvent event(AuditAction action, Token token) {
        Token.Owner owner = token.tenant();
        AuditEvent event =
                AuditEvent.of(action).detail("token", token.publicId()).detail("note", token.note());
        return owner == null ? event : event.tenant(owner.id());
    }

    private @Nullable TenantEntity owner(@Nullable TenantName tenant) {
        return tenant == null ? null : tenants.find(tenant).orElseThrow(UnknownTenant::new);
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
