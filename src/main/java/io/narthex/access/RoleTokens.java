package io.narthex.access;

import io.narthex.access.TokenLogin.Credential;
import io.narthex.access.token.RoleIn;
import io.narthex.access.token.Scope;
import io.narthex.access.token.TokenRequest;
import io.narthex.access.token.Tokens;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.tenant.TenantName;
import io.narthex.tenant.Tenants;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes the tokens by which somebody who has shown who it is acts in each tenant. Their secrets are thrown away, so that none
 * of them opens anything but the session that they are made for. To the record, to lists and to revocation they are tokens
 * like all others.
 */
@ApplicationScoped
@Retried
@Transactional
public class RoleTokens {
    @Inject
    private TokenAdministration administration;

    @Inject
    private Tokens tokens;

    @Inject
    private Tenants tenants;

    @Inject
    private AuditLog audit;

    /**
     * Makes one for each tenant in which there is a role. A rule may be there before its tenant, which then gives none.
     *
     * @param name of the person, which the record then has
     */
    public List<Credential> make(String name, Set<RoleIn> roles) {
        Map<String, Set<Scope>> scopes = new TreeMap<>();
        for (RoleIn each : roles) {
            scopes.computeIfAbsent(each.tenant(), tenant -> EnumSet.noneOf(Scope.class))
                    .addAll(each.role().scopes());
        }
        List<Credential> made = new ArrayList<>();
        scopes.forEach((tenant, all) -> {
            TenantName owner = TenantName.tryParse(tenant).orElse(null);
            boolean there =
                    owner == null ? tenant.isEmpty() : tenants.find(owner).isPresent();
            if (there) {
                TokenRequest request = new TokenRequest(name, all, List.of(), null);
                made.add(new Credential(
                        administration.make(owner, request, null).token().id(), null));
            }
        });
        return made;
    }

    /** Ends those of a session that is over; one that has ended changes nothing. */
    public void end(Collection<Long> ids) {
        tokens.of(ids).forEach(administration::end);
    }

    /** Records that somebody whom the provider knows, or says so, does not come in. */
    public void refused(String url, String sentence) {
        audit.refused(
                AuditEvent.of(AuditAction.TOKEN_REFUSED)
                        .detail("kind", "person")
                        .detail("url", url),
                sentence);
    }
}
