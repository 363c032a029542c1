package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.access.Caller.Cause;
import io.narthex.access.Caller.Holder;
import io.narthex.access.Caller.Refused;
import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Grant;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Target;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenDigest;
import io.narthex.access.token.TokenRequest;
import io.narthex.configuration.Secret;
import io.narthex.http.Right;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessPolicyTest {
    private static final int ACME = 7;
    private static final int CI = 70;

    /**
     * Who asks for what of the cache acme/ci: public, private, absent. A + is ALLOW, 401 AUTHENTICATE, 403 FORBID, 404
     * HIDE.
     */
    @ParameterizedTest
    @CsvSource({
        "nobody,         NOTHING,           +   +   +",
        "nobody,         AUTHENTICATED,     401 401 401",
        "nobody,         PULL,              +   401 401",
        "nobody,         PUSH,              401 401 401",
        "nobody,         DELETE,            401 401 401",
        "nobody,         PIN,               401 401 401",
        "nobody,         VIEW_CACHE,        401 401 401",
        "nobody,         ADMINISTER_CACHE,  401 401 401",
        "nobody,         VIEW_TENANT,       401 401 401",
        "nobody,         ADMINISTER_TENANT, 401 401 401",
        "nobody,         ADMINISTER_SERVER, 401 401 401",
        "wrong,          NOTHING,           401 401 401",
        "wrong,          AUTHENTICATED,     401 401 401",
        "wrong,          PULL,              401 401 401",
        "wrong,          PUSH,              401 401 401",
        "wrong,          DELETE,            401 401 401",
        "wrong,          PIN,               401 401 401",
        "wrong,          VIEW_CACHE,        401 401 401",
        "wrong,          ADMINISTER_CACHE,  401 401 401",
        "wrong,          VIEW_TENANT,       401 401 401",
        "wrong,          ADMINISTER_TENANT, 401 401 401",
        "wrong,          ADMINISTER_SERVER, 401 401 401",
        "pull,           NOTHING,           +   +   +",
        "pull,           AUTHENTICATED,     +   +   +",
        "pull,           PULL,              +   +   404",
        "pull,           PUSH,              403 403 404",
        "pull,           DELETE,            403 403 404",
        "pull,           PIN,               403 403 404",
        "pull,           VIEW_CACHE,        +   +   404",
        "pull,           ADMINISTER_CACHE,  403 403 404",
        "pull,           VIEW_TENANT,       +   +   +",
        "pull,           ADMINISTER_TENANT, 403 403 403",
        "pull,           ADMINISTER_SERVER, 403 403 403",
        "push,           NOTHING,           +   +   +",
        "push,           AUTHENTICATED,     +   +   +",
        "push,           PULL,              +   +   404",
        "push,           PUSH,              +   +   404",
        "push,           DELETE,            403 403 404",
        "push,           PIN,               403 403 404",
        "push,           VIEW_CACHE,        +   +   404",
        "push,           ADMINISTER_CACHE,  403 403 404",
        "push,           VIEW_TENANT,       +   +   +",
        "push,           ADMINISTER_TENANT, 403 403 403",
        "push,           ADMINISTER_SERVER, 403 403 403",
        "delete,         NOTHING,           +   +   +",
        "delete,         AUTHENTICATED,     +   +   +",
        "delete,         PULL,              +   403 404",
        "delete,         PUSH,              403 403 404",
        "delete,         DELETE,            +   +   404",
        "delete,         PIN,               403 403 404",
        "delete,         VIEW_CACHE,        +   +   404",
        "delete,         ADMINISTER_CACHE,  403 403 404",
        "delete,         VIEW_TENANT,       +   +   +",
        "delete,         ADMINISTER_TENANT, 403 403 403",
        "delete,         ADMINISTER_SERVER, 403 403 403",
        "administer,     NOTHING,           +   +   +",
        "administer,     AUTHENTICATED,     +   +   +",
        "administer,     PULL,              +   +   404",
        "administer,     PUSH,              403 403 404",
        "administer,     DELETE,            403 403 404",
        "administer,     PIN,               +   +   404",
        "administer,     VIEW_CACHE,        +   +   404",
        "administer,     ADMINISTER_CACHE,  +   +   +",
        "administer,     VIEW_TENANT,       +   +   +",
        "administer,     ADMINISTER_TENANT, +   +   +",
        "administer,     ADMINISTER_SERVER, 403 403 403",
        "nobody,         AUDIT_CACHE,       401 401 401",
        "nobody,         AUDIT_TENANT,      401 401 401",
        "nobody,         AUDIT_SERVER,      401 401 401",
        "pull,           AUDIT_CACHE,       403 403 404",
        "pull,           AUDIT_TENANT,      403 403 403",
        "pull,           AUDIT_SERVER,      403 403 403",
        "administer,     AUDIT_CACHE,       +   +   404",
        "administer,     AUDIT_TENANT,      403 403 403",
        "administer,     AUDIT_SERVER,      403 403 403",
        "audit,          PULL,              +   403 404",
        "audit,          PUSH,              403 403 404",
        "audit,          DELETE,            403 403 404",
        "audit,          PIN,               403 403 404",
        "audit,          PROMOTE,           403 403 404",
        "audit,          GATE,              403 403 404",
        "audit,          DENY,              403 403 404",
        "audit,          VIEW_CACHE,        +   +   404",
        "audit,          AUDIT_CACHE,       +   +   404",
        "audit,          ADMINISTER_CACHE,  403 403 404",
        "audit,          VIEW_TENANT,       +   +   +",
        "audit,          AUDIT_TENANT,      403 403 403",
        "audit,          ADMINISTER_TENANT, 403 403 403",
        "audit,          AUDIT_SERVER,      403 403 403",
        "audit,          ADMINISTER_SERVER, 403 403 403",
        "audit of all,   AUDIT_CACHE,       +   +   404",
        "audit of all,   AUDIT_TENANT,      +   +   +",
        "audit of all,   AUDIT_SERVER,      403 403 403",
        "other cache,    AUDIT_CACHE,       403 404 404",
        "other cache,    AUDIT_TENANT,      403 403 403",
        "other tenant,   AUDIT_CACHE,       403 404 404",
        "other tenant,   AUDIT_TENANT,      404 404 404",
        "other tenant,   AUDIT_SERVER,      403 403 403",
        "server acme/*,  AUDIT_CACHE,       +   +   404",
        "server acme/*,  AUDIT_TENANT,      403 403 403",
        "server acme/*,  AUDIT_SERVER,      403 403 403",
        "server audit,   PULL,              +   403 404",
        "server audit,   AUDIT_CACHE,       +   +   404",
        "server audit,   AUDIT_TENANT,      +   +   +",
        "server audit,   AUDIT_SERVER,      +   +   +",
        "server audit,   ADMINISTER_TENANT, 403 403 403",
        "server audit,   ADMINISTER_SERVER, 403 403 403",
        "server,         AUDIT_SERVER,      +   +   +",
        "administrator,  AUDIT_SERVER,      +   +   +",
        "pin,            PULL,              +   +   404",
        "pin,            PUSH,              403 403 404",
        "pin,            DELETE,            403 403 404",
        "pin,            PIN,               +   +   404",
        "pin,            VIEW_CACHE,        +   +   404",
        "pin,            ADMINISTER_CACHE,  403 403 404",
        "other cache,    NOTHING,           +   +   +",
        "other cache,    AUTHENTICATED,     +   +   +",
        "other cache,    PULL,              +   404 404",
        "other cache,    PUSH,              403 404 404",
        "other cache,    DELETE,            403 404 404",
        "other cache,    PIN,               403 404 404",
        "other cache,    VIEW_CACHE,        403 404 404",
        "other cache,    ADMINISTER_CACHE,  403 404 404",
        "other cache,    VIEW_TENANT,       +   +   +",
        "other cache,    ADMINISTER_TENANT, +   +   +",
        "other cache,    ADMINISTER_SERVER, 403 403 403",
        "other tenant,   NOTHING,           +   +   +",
        "other tenant,   AUTHENTICATED,     +   +   +",
        "other tenant,   PULL,              +   404 404",
        "other tenant,   PUSH,              403 404 404",
        "other tenant,   DELETE,            403 404 404",
        "other tenant,   PIN,               403 404 404",
        "other tenant,   VIEW_CACHE,        403 404 404",
        "other tenant,   ADMINISTER_CACHE,  403 404 404",
        "other tenant,   VIEW_TENANT,       404 404 404",
        "other tenant,   ADMINISTER_TENANT, 404 404 404",
        "other tenant,   ADMINISTER_SERVER, 403 403 403",
        "server acme/*,  NOTHING,           +   +   +",
        "server acme/*,  AUTHENTICATED,     +   +   +",
        "server acme/*,  PULL,              +   +   404",
        "server acme/*,  PUSH,              +   +   404",
        "server acme/*,  DELETE,            +   +   404",
        "server acme/*,  PIN,               +   +   404",
        "server acme/*,  VIEW_CACHE,        +   +   404",
        "server acme/*,  ADMINISTER_CACHE,  +   +   +",
        "server acme/*,  VIEW_TENANT,       +   +   +",
        "server acme/*,  ADMINISTER_TENANT, +   +   +",
        "server acme/*,  ADMINISTER_SERVER, 403 403 403",
        "server,         NOTHING,           +   +   +",
        "server,         AUTHENTICATED,     +   +   +",
        "server,         PULL,              +   +   +",
        "server,         PUSH,              +   +   +",
        "server,         DELETE,            +   +   +",
        "server,         PIN,               +   +   +",
        "server,         VIEW_CACHE,        +   +   +",
        "server,         ADMINISTER_CACHE,  +   +   +",
        "server,         VIEW_TENANT,       +   +   +",
        "server,         ADMINISTER_TENANT, +   +   +",
        "server,         ADMINISTER_SERVER, +   +   +",
        "administrator,  NOTHING,           +   +   +",
        "administrator,  AUTHENTICATED,     +   +   +",
        "administrator,  PULL,              +   +   +",
        "administrator,  PUSH,              +   +   +",
        "administrator,  DELETE,            +   +   +",
        "administrator,  PIN,               +   +   +",
        "administrator,  VIEW_CACHE,        +   +   +",
        "administrator,  ADMINISTER_CACHE,  +   +   +",
        "administrator,  VIEW_TENANT,       +   +   +",
        "administrator,  ADMINISTER_TENANT, +   +   +",
        "administrator,  ADMINISTER_SERVER, +   +   +",
    })
    void decides(String who, Right right, String expected) {
        Iterator<String> words = List.of(expected.split(" +")).iterator();
        for (Target.State state : Target.State.values()) {
            Target target = target("ci", state, CI);
            assertThat(AccessPolicy.decide(right, caller(who), target))
                    .as("%s of a cache that is %s", right, state)
                    .isEqualTo(decision(words.next()));
        }
        assertThat(words).isExhausted();
    }

    @Test
    void aTenantThatGotTheNameOfADeletedOneIsAnother() {
        Target reborn = new Target("acme", "ci", Target.State.PRIVATE, ACME + 1, CI + 1);
        assertThat(AccessPolicy.decide(Right.PULL, caller("push"), reborn)).isEqualTo(Decision.HIDE);
    }

    @ParameterizedTest
    @CsvSource({"acme, ci", ", acme/ci"})
    void aTokenForANameIsForTheCacheThatHadIt(@Nullable String tenant, String name) {
        Caller holder = holder(tenant, name, Scope.PUSH, Scope.ADMINISTER);

        assertThat(AccessPolicy.decide(Right.PUSH, holder, target("ci", Target.State.PRIVATE, CI)))
                .isEqualTo(Decision.ALLOW);
        Target later = target("ci", Target.State.PRIVATE, CI + 1);
        Target none = target("ci", Target.State.ABSENT, CI);
        assertThat(AccessPolicy.decide(Right.PUSH, holder, later)).isEqualTo(Decision.HIDE);
        assertThat(AccessPolicy.decide(Right.VIEW_CACHE, holder, later)).isEqualTo(Decision.HIDE);
        assertThat(AccessPolicy.decide(Right.ADMINISTER_CACHE, holder, later)).isEqualTo(Decision.HIDE);
        assertThat(AccessPolicy.decide(Right.ADMINISTER_CACHE, holder, none)).isEqualTo(Decision.HIDE);
    }

    private static Target target(String cache, Target.State state, int id) {
        boolean absent = state == Target.State.ABSENT;
        return new Target("acme", cache, state, absent ? null : ACME, absent ? null : id);
    }

    private static Decision decision(String word) {
        return switch (word) {
            case "+" -> Decision.ALLOW;
            case "401" -> Decision.AUTHENTICATE;
            case "403" -> Decision.FORBID;
            case "404" -> Decision.HIDE;
            default -> throw new IllegalArgumentException(word);
        };
    }

    private static Caller caller(String who) {
        return switch (who) {
            case "nobody" -> Caller.NOBODY;
            case "wrong" -> new Refused(new Cause.Wrong());
            case "administrator" -> Caller.ADMINISTRATOR;
            case "other cache" -> holder("acme", "web-*", Scope.values());
            case "other tenant" -> holder("globex", "*", Scope.values());
            case "server acme/*" -> holder(null, "acme/*", Scope.values());
            case "audit of all" -> holder("acme", "*", Scope.AUDIT);
            case "server audit" -> holder(null, "*/*", Scope.AUDIT);
            case "server" -> holder(null, "*/*", Scope.ADMINISTER);
            default -> holder("acme", "c*", Scope.tryParse(who).orElseThrow());
        };
    }

    private static Caller holder(@Nullable String tenant, String caches, Scope... scopes) {
        List<CachePattern> patterns = TokenRequest.patterns(tenant, List.of(caches)).stream()
                .flatMap(Optional::stream)
                .map(pattern -> pattern.of(CI))
                .toList();
        return new Holder(new Token(
                1,
                "abcdefghijklmnop",
                TokenDigest.of(new Secret("x")),
                tenant == null ? null : new Token.Owner(tenant.equals("acme") ? ACME : ACME + 2, tenant),
                "",
                new Grant(Set.of(scopes), patterns),
                List.of(caches),
                Instant.EPOCH,
                null,
                null,
                null,
                null));
    }
}
