package io.narthex.trust;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.configuration.Secret;
import io.narthex.http.JsonResolver;
import io.narthex.tenant.TenantName;
import io.narthex.tenant.Tenants;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes the tokens that are given for identity tokens. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class ExchangedTokens {
    /** In this order, and after nothing else: whoever changes one of them holds its row. */
    private static final String TENANT_STANDS =
            "select from tenant n where n.id = ? and n.deleted_at is null for key share";

    private static final String ISSUER_STANDS =
            "select from issuer i where i.id = ? and i.version = ? and i.deleted_at is null for share";

    private static final String TRUST_STANDS =
            "select from trust t where t.id = ? and t.version = ? and t.deleted_at is null for share";

    private static final String KEEP =
            "insert into token_identity (token_id, tenant_id, public_id, issuer, trust, claims, repository, commit,"
                    + " ref, workflow, run) values (?, ?, ?, ?, ?, cast(? as jsonb), ?, ?, ?, ?, ?)";

    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Issuers issuers;

    @Inject
    private Trusts trusts;

    @Inject
    private Tokens tokens;

    @Inject
    private Tenants tenants;

    @Inject
    private UsedTokens used;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    /** What may be about an identity token, by its own word. */
    record Found(Optional<Issuer> issuer, List<Trust> trusts) {}

    /**
     * What is to be made.
     *
     * @param caches names or patterns; empty: all of the tenant
     * @param patterns the same, with the caches that plain names mean
     * @param use by which the identity token is used up; null: it may be used again
     */
    record NewToken(
            Issuer issuer,
            Trust trust,
            Set<Scope> scopes,
            List<String> caches,
            List<CachePattern> patterns,
            Provenance provenance,
            UsedTokens.@Nullable Use use) {}

    /** A new token, and the one time that its text is told. */
    record Made(Token token, Secret text) {}

    /** The issuer of an identity token, and the trusts that it may be shown for. */
    Found find(String issuer, @Nullable String audience, @Nullable String tenant, @Nullable String trust) {
        return new Found(
                issuers.findByUrl(issuer),
                audience == null ? List.of() : trusts.candidates(issuer, audience, tenant, trust));
    }

    /**
     * Makes a token and writes down what it was given for.
     *
     * @return empty: what allowed it has changed, and is to be judged anew
     * @throws ExchangeRefusedException where the identity token was used before
     */
    Optional<Made> make(NewToken wanted) {
        Trust trust = wanted.trust();
        try (Connection connection = dataSource.getConnection()) {
            if (!stands(connection, TENANT_STANDS, trust.tenantId(), null)
                    || !stands(
                            connection,
                            ISSUER_STANDS,
                            wanted.issuer().id(),
                            wanted.issuer().version())
                    || !stands(connection, TRUST_STANDS, trust.id(), trust.version())) {
                return Optional.empty();
            }
            Made made = token(wanted);
            if (wanted.use() != null) {
                used.use(connection, wanted.use(), made.token().id()).ifPresent(this::revokeFormer);
            }
            keep(connection, made.token(), trust, wanted.provenance());
            record(made.token(), wanted);
            return Optional.of(made);
        } catch (SQLException e) {
            throw new IllegalStateException("an identity token cannot be exchanged", e);
        }
    }

    private static boolean stands(Connection connection, String sql, long id, @Nullable Long version)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setLong(1, id);
            if (version != null) {
                s.setLong(2, version);
            }
            try (var row = s.executeQuery()) {
                return row.next();
            }
        }
    }

    private Made token(NewToken wanted) {
        Secret text = TokenText.make(random);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Trust trust = wanted.trust();
        TokenRequest request = new TokenRequest(
                wanted.provenance().note(),
                wanted.scopes(),
                wanted.caches(),
                now.plusSeconds(trust.settings().ttlSeconds()));
        Token made = tokens.add(
                Objects.requireNonNull(TokenText.publicId(text)),
                TokenDigest.of(text),
                tenants.find(new TenantName(trust.tenant())).orElseThrow(),
                request,
                wanted.patterns(),
                now,
                null,
                trust.id());
        changes.record(ChangeKind.TOKEN, made.id(), null);
        return new Made(made, text);
    }

    /** Whoever repeats a request has not got its answer. */
    private void revokeFormer(UsedTokens.Former former) {
        tokens.revoke(former.tenantId(), former.publicId(), clock.instant().truncatedTo(ChronoUnit.MICROS));
        changes.record(ChangeKind.TOKEN, former.id(), null);
        audit.record(AuditEvent.of(AuditAction.TOKEN_REVOKED)
                .tenant(former.tenantId())
                .detail("token", former.publicId())
                .detail("because", "its request was repeated"));
    }

    private static void keep(Connection connection, Token token, Trust trust, Provenance provenance)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(KEEP)) {
            s.setLong(1, token.id());
            s.setInt(2, trust.tenantId());
            s.setString(3, token.publicId());
            s.setString(4, provenance.issuer());
            s.setString(5, provenance.trust());
            s.setString(6, JSON.writeValueAsString(provenance.claims()));
            s.setString(7, provenance.repository());
            s.setString(8, provenance.commit());
            s.setString(9, provenance.ref());
            s.setString(10, provenance.workflow());
            s.setString(11, provenance.run());
            s.executeUpdate();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are always JSON", e);
        }
    }

    private void record(Token token, NewToken wanted) {
        audit.record(AuditEvent.of(AuditAction.TOKEN_EXCHANGED)
                .tenant(wanted.trust().tenantId())
                .detail("token", token.publicId())
                .detail("trust", wanted.trust().name())
                .detail("issuer", wanted.provenance().issuer())
                .detail("claims", wanted.provenance().claims())
                .detail(
                        "scopes",
                        wanted.scopes().stream().sorted().map(Scope::text).toList())
                .detail("caches", wanted.caches())
                .detail("expiresAt", String.valueOf(token.expiresAt())));
    }
}
