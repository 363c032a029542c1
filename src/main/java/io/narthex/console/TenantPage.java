package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.auditor.LegalHolds;
import io.narthex.auditor.NamedHold;
import io.narthex.auditor.NamedHolds;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.console.form.FormValues;
import io.narthex.console.format.PageText;
import io.narthex.http.Right;
import io.narthex.quota.Usage;
import io.narthex.quota.Usages;
import io.narthex.tenant.TenantAdministration;
import io.narthex.tenant.TenantName;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One tenant: its caches, how much it holds, and what may not go. */
@Named("tenant")
@RequestScoped
public class TenantPage {
    @Inject
    private ConsoleRequest request;

    @Inject
    private TokenLogin login;

    @Inject
    private TenantAdministration tenants;

    @Inject
    private CacheDirectory caches;

    @Inject
    private Usages usages;

    @Inject
    private LegalHolds holds;

    @Inject
    private NamedHolds namedHolds;

    private boolean found;
    private FormValues quota = new FormValues(false, name -> "", Map.of());
    private String version = "";
    private String held = "";
    private String hold = "";
    private @Nullable Long percent;
    private List<Row> rows = List.of();
    private List<HoldRow> holdRows = List.of();

    /** A cache. */
    public record Row(String name, String url, String visibility) {}

    /** A hold with a name. */
    public record HoldRow(String name, String what, String since, String reason) {}

    @PostConstruct
    void load() {
        TenantName parsed = TenantName.tryParse(name()).orElse(null);
        TenantAdministration.Facts tenant =
                parsed == null ? null : tenants.find(parsed).orElse(null);
        if (parsed == null || tenant == null) {
            FacesContext.getCurrentInstance().getExternalContext().setResponseStatus(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        found = true;
        Usage usage = usages.ofTenants(List.of(tenant.id())).getOrDefault(tenant.id(), Usage.NONE);
        Long most = tenant.quota().maxBytes();
        held = PageText.paths(usage.paths()) + " pushed, " + PageText.bytes(usage.storedBytes()) + " stored"
                + (most == null ? "; there is no quota" : " of " + PageText.bytes(most));
        quota = request.values(TenantActions.SET_QUOTA, QuotaFields.of(tenant.quota()));
        version = tenant.entityTag();
        percent = most == null ? null : Long.valueOf(Math.min(100, usage.storedBytes() * 100 / most));
        rows = caches.now().all().stream()
                .filter(cache -> cache.tenant().text().equals(name())
                        && login.may(Right.VIEW_CACHE, name(), cache.name().text()))
                .sorted(Comparator.comparing(Cache::fullName))
                .map(cache -> new Row(
                        cache.name().text(),
                        PageAddress.ROOT + "/caches/" + cache.fullName(),
                        cache.isPublic() ? "public" : "private"))
                .toList();
        if (isHoldsSeen()) {
            hold = holds.find(parsed)
                    .map(one -> "Nothing of it goes since " + PageText.moment(one.since()) + ": " + one.reason())
                    .orElse("");
            holdRows = namedHolds.list(parsed).stream().map(TenantPage::row).toList();
        }
    }

    private String name() {
        return request.address().tenant();
    }

    private static HoldRow row(NamedHold one) {
        NamedHold.Target target = one.target();
        String cache = target.cache() == null ? "each cache" : "cache " + target.cache();
        String what = target.path() != null
                ? target.path() + " with all it needs, in " + cache
                : target.pin() != null ? "pin " + target.pin() + " with all it needs, in " + cache : cache;
        return new HoldRow(one.name(), what, PageText.moment(one.since()), one.reason());
    }

    public boolean isFound() {
        return found;
    }

    /** How much it holds, in a sentence. */
    public String getHeld() {
        return held;
    }

    /** Of its quota, from 0 to 100; null: it has none. */
    public @Nullable Long getPercentHeld() {
        return percent;
    }

    public List<Row> getCaches() {
        return rows;
    }

    /** Whether the caller may know of its holds. */
    public boolean isHoldsSeen() {
        return login.may(Right.ADMINISTER_SERVER, "", "");
    }

    /** That all of it is under a hold, in a sentence; empty where it is not. */
    public String getHold() {
        return hold;
    }

    public List<HoldRow> getHolds() {
        return holdRows;
    }

    /** The fields of the form that changes its quota. */
    public FormValues getQuota() {
        return quota;
    }

    /** What its settings are now, to be sent back. */
    public String getVersion() {
        return version;
    }

    /** The fields of the form that sets a hold with a name. */
    public FormValues getNewHold() {
        return request.values(TenantActions.SET_NAMED_HOLD, Map.of());
    }

    /** Where its trusts are; empty for who may not see those. */
    public String getTrusts() {
        return login.may(Right.ADMINISTER_TENANT, name(), "")
                ? PageAddress.ROOT + "/tenants/" + name() + "/trusts"
                : "";
    }

    /** Where its record is; empty for who may not read that. */
    public String getRecord() {
        return login.may(Right.AUDIT_TENANT, name(), "") ? PageAddress.ROOT + "/tenants/" + name() + "/record" : "";
    }
}
