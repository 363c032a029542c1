package io.narthex.console;

import io.narthex.access.TenantTokens;
import io.narthex.access.TokenLogin;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheAdministration;
import io.narthex.cache.SourceText;
import io.narthex.cache.StoredCache;
import io.narthex.console.format.KeyLives;
import io.narthex.console.format.PageText;
import io.narthex.denial.DenialAdministration;
import io.narthex.denial.DenialResponse;
import io.narthex.http.RequestUrl;
import io.narthex.http.Right;
import io.narthex.key.KeyAdministration;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.PublicKey;
import io.narthex.promotion.CallerPromotions;
import io.narthex.promotion.PromotionResponse;
import io.narthex.quota.Quota;
import io.narthex.quota.Usage;
import io.narthex.quota.Usages;
import io.narthex.retention.Pin;
import io.narthex.retention.Pins;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One cache: how machines use it, its settings, keys, tokens, pins, and what it may not give out. */
@Named("cache")
@RequestScoped
public class CachePage {
    /** Of each list, on the page; the API gives all. */
    static final int MOST = 200;

    /** The newest. */
    private static final int PROMOTIONS = 20;

    /** A promotion that can be taken back. */
    private static final String VISIBLE = "visible";

    @Inject
    private ConsoleRequest request;

    @Inject
    private TokenLogin login;

    @Inject
    private CacheAdministration caches;

    @Inject
    private Usages usages;

    @Inject
    private KeyRing ring;

    @Inject
    private KeyAdministration keys;

    @Inject
    private TenantTokens tokens;

    @Inject
    private Pins pins;

    @Inject
    private DenialAdministration denials;

    @Inject
    private CallerPromotions promotions;

    @Inject
    private RequestUrl url;

    private Optional<StoredCache> stored = Optional.empty();
    private Usage usage = Usage.NONE;
    private KeyLives lives = KeyLives.NONE;
    private List<TokenRow> tokenRows = List.of();
    private List<PinRow> pinRows = List.of();
    private List<DenialRow> denialRows = List.of();
    private List<PromotionRow> promotionRows = List.of();

    /** A name and a value, both text. */
    public record Fact(String name, String value) {}

    /** A token of the tenant. */
    public record TokenRow(
            String id, String note, String scopes, String caches, String expires, String used, String state) {}

    /** A pin. */
    public record PinRow(String name, String path, int revision, String setAt, String expires, String note) {}

    /**
     * What was promoted into it.
     *
     * @param done of what waits, in percent
     */
    public record PromotionRow(
            long id,
            String path,
            String from,
            String at,
            String state,
            boolean waiting,
            long done,
            boolean undoable,
            String note) {}

    /** A rule. */
    public record DenialRow(String name, String what, boolean dependents, String reason, String until, long paths) {}

    @PostConstruct
    void load() {
        PageAddress address = request.address();
        StoredCache found = caches.get(CacheAddress.tenant(address), CacheAddress.cache(address));
        Cache cache = found.cache();
        stored = Optional.of(found);
        usage = usages.ofCaches(List.of(cache.id())).getOrDefault(cache.id(), Usage.NONE);
        lives = KeyLives.of(keys.list(cache), Instant.now());
        denialRows =
                denials.list(cache, null, MOST).stream().map(CachePage::row).toList();
        if (isReadable()) {
            promotionRows = promotions.newest(cache, PROMOTIONS).stream()
                    .map(CachePage::row)
                    .toList();
            pinRows = pins.list(cache, "", MOST).stream().map(this::row).toList();
        }
        if (isTokensSeen()) {
            tokenRows = tokens.list(cache.tenant(), MOST).stream()
                    .map(CachePage::row)
                    .toList();
        }
    }

    private Cache cache() {
        return stored.orElseThrow().cache();
    }

    /** Whether the caller may see the tenant's tokens. */
    public boolean isTokensSeen() {
        return login.may(Right.ADMINISTER_TENANT, request.address().tenant(), "");
    }

    /** Whether the caller may see which paths it has. */
    public boolean isReadable() {
        return login.may(
                Right.PULL, request.address().tenant(), request.address().cache());
    }

    /** Whether the caller may change its settings. */
    public boolean isAdministered() {
        return login.may(
                Right.ADMINISTER_CACHE,
                request.address().tenant(),
                request.address().cache());
    }

    /** Whether the caller may see the tenant's page. */
    public boolean isTenantSeen() {
        return login.may(Right.VIEW_TENANT, getTenant(), "");
    }

    public String getTenant() {
        return request.address().tenant();
    }

    public String getTenantUrl() {
        return PageAddress.ROOT + "/tenants/" + getTenant();
    }

    /** The two lines for nix.conf. */
    public String getNixConf() {
        String base = url.base().text();
        String trusted =
                ring.of(cache()).published().stream().map(PublicKey::toString).collect(Collectors.joining(" "));
        return "extra-substituters = " + (cache().isDefault() ? base : base + "/" + cache().fullName())
                + "\nextra-trusted-public-keys = " + trusted;
    }

    /** Where all that a machine needs is told in text. */
    public String getSetupUrl() {
        return (cache().isDefault() ? "" : "/" + cache().fullName()) + "/setup";
    }

    public boolean isPrivate() {
        return !cache().isPublic();
    }

    public List<Fact> getSettings() {
        Cache cache = cache();
        return List.of(
                new Fact("Who may read", cache.isPublic() ? "everybody" : "who has a token"),
                new Fact("Store", cache.storeDir().path()),
                new Fact(
                        "Priority",
                        cache.priority().isPresent() ? "" + cache.priority().getAsInt() : "the server's"),
                new Fact("Sources and upstreams", String.join(", ", SourceText.of(cache.sources(), cache.others()))),
                new Fact("Hosts", cache.virtualHosts().isEmpty() ? "–" : String.join(", ", cache.virtualHosts())),
                new Fact("References", lower(cache.references())),
                new Fact(
                        "Signatures of others", lower(cache.foreignSignatures()).replace('_', '-')),
                new Fact("Entry", lower(cache.entry())),
                new Fact("Made", PageText.moment(stored.orElseThrow().createdAt())));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** How much of its quota it holds, in a sentence. */
    public String getHeld() {
        Quota quota = stored.orElseThrow().quota();
        Long most = quota.maxBytes();
        return PageText.paths(usage.paths()) + " pushed, " + PageText.bytes(usage.storedBytes()) + " stored"
                + (most == null
                        ? "; the cache has no quota of its own"
                        : " of " + PageText.bytes(most) + "; it warns at " + quota.warnAt() + " %");
    }

    /** Of its quota, from 0 to 100; null: it has none. */
    public @Nullable Long getPercentHeld() {
        Long most = stored.orElseThrow().quota().maxBytes();
        return most == null ? null : Long.valueOf(Math.min(100, usage.storedBytes() * 100 / most));
    }

    public KeyLives getKeys() {
        return lives;
    }

    public List<TokenRow> getTokens() {
        return tokenRows;
    }

    public List<PinRow> getPins() {
        return pinRows;
    }

    public List<PromotionRow> getPromotions() {
        return promotionRows;
    }

    /** Whether a job promotes something into it now. */
    public boolean isPromoting() {
        return promotionRows.stream().anyMatch(PromotionRow::waiting);
    }

    private static PromotionRow row(PromotionResponse one) {
        String more = one.paths().size() > 1 ? " and " + (one.paths().size() - 1) + " more" : "";
        return new PromotionRow(
                one.id(),
                one.paths().getFirst() + more,
                one.from(),
                PageText.moment(one.createdAt()),
                one.failure() == null ? one.state() : one.state() + ": " + one.failure(),
                one.isWaiting(),
                one.progress().done() * 100 / Math.max(1, one.progress().total()),
                one.state().equals(VISIBLE),
                one.note());
    }

    public List<DenialRow> getDenials() {
        return denialRows;
    }

    private static TokenRow row(Token token) {
        String state = token.revokedAt() != null ? "revoked" : token.isExpired(Instant.now()) ? "expired" : "valid";
        return new TokenRow(
                token.publicId(),
                token.note(),
                token.grant().scopes().stream().sorted().map(Scope::text).collect(Collectors.joining(", ")),
                token.caches().isEmpty() ? "all" : String.join(", ", token.caches()),
                PageText.moment(token.expiresAt()),
                PageText.moment(token.lastUsedAt()),
                state);
    }

    private PinRow row(Pin pin) {
        return new PinRow(
                pin.name().text(),
                pin.newest().path().toString(cache().storeDir()),
                pin.newest().number(),
                PageText.moment(pin.newest().setAt()),
                PageText.moment(pin.settings().expiresAt()),
                pin.settings().note());
    }

    private static DenialRow row(DenialResponse rule) {
        String what = rule.pattern() != null
                ? "name " + rule.pattern()
                : rule.hash() != null ? "hash " + rule.hash() : "contents " + rule.narHash();
        return new DenialRow(
                rule.name(), what, rule.dependents(), rule.reason(), PageText.moment(rule.until()), rule.paths());
    }
}
