package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheAdministration;
import io.narthex.cache.SourceText;
import io.narthex.cache.StoredCache;
import io.narthex.console.form.FormValues;
import io.narthex.http.Right;
import io.narthex.nix.signature.PublicKey;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The settings of a cache and its quota, in forms that change them. */
@Named("settings")
@RequestScoped
public class SettingsPage {
    @Inject
    private ConsoleRequest request;

    @Inject
    private TokenLogin login;

    @Inject
    private CacheAdministration caches;

    private Optional<StoredCache> stored = Optional.empty();

    @PostConstruct
    void load() {
        PageAddress address = request.address();
        stored = Optional.of(caches.get(CacheAddress.tenant(address), CacheAddress.cache(address)));
    }

    /** What the settings are now; whoever changes them sends it back, so that nobody undoes what another has changed meanwhile. */
    public String getVersion() {
        return stored.orElseThrow().entityTag();
    }

    public FormValues getFields() {
        return request.values(SettingsActions.SET, now(stored.orElseThrow().cache()));
    }

    private static Map<String, String> now(Cache cache) {
        Map<String, String> now = new HashMap<>();
        now.put("visibility", text(cache.visibility()));
        now.put("priority", cache.priority().isPresent() ? "" + cache.priority().getAsInt() : "");
        now.put("wantMassQuery", box(cache.wantMassQuery()));
        now.put("sources", FormValues.lines(SourceText.of(cache.sources(), cache.others())));
        now.put("offeredTo", FormValues.lines(cache.sharing().names()));
        now.put("publish", box(cache.sharing().publish()));
        now.put("onUpstreamConflict", text(cache.onConflict()));
        now.put("virtualHosts", FormValues.lines(cache.virtualHosts()));
        now.put("references", text(cache.references()));
        now.put("foreignSignatures", text(cache.foreignSignatures()));
        now.put("trustedPublicKeys", keys(cache.trustedPublicKeys()));
        now.put("entry", text(cache.entry()));
        now.put("requiredSignatures", keys(cache.gates().requiredSignatures()));
        now.put("minimumAgeHours", "" + cache.gates().minimumAgeHours());
        return now;
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String box(boolean ticked) {
        return ticked ? "on" : "";
    }

    private static String keys(List<PublicKey> keys) {
        return FormValues.lines(keys.stream().map(PublicKey::toString).toList());
    }

    public FormValues getQuota() {
        return request.values(
                SettingsActions.SET_QUOTA, QuotaFields.of(stored.orElseThrow().quota()));
    }

    /** Whether the form has what is the server's administrator's to change alone. */
    public boolean isOfServer() {
        return login.may(Right.ADMINISTER_SERVER, "", "");
    }
}
