package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheAdministration;
import io.narthex.cache.SourceText;
import io.narthex.cache.StoredCache;
import io.narthex.console.format.KeyLives;
import io.narthex.console.format.PageText;
import io.narthex.http.RequestUrl;
import io.narthex.http.Right;
import io.narthex.index.local.LocalSource;
import io.narthex.key.KeyAdministration;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.PublicKey;
import io.narthex.quota.Quota;
import io.narthex.quota.Usage;
import io.narthex.quota.Usages;
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
    private RequestUrl url;

    @Inject
    private LocalSource store;

    private Optional<StoredCache> stored = Optional.empty();
    private Usage usage = Usage.NONE;
    private KeyLives lives = KeyLives.NONE;
    /** A name and a value, both text. */
    public record Fact(String name, String value) {}

    @PostConstruct
    void load() {
        PageAddress address = request.address();
        StoredCache found = caches.get(CacheAddress.tenant(address), CacheAddress.cache(address));
        Cache cache = found.cache();
        stored = Optional.of(found);
        usage = usages.ofCaches(List.of(cache.id())).getOrDefault(cache.id(), Usage.NONE);
        lives = KeyLives.of(keys.list(cache), Instant.now());
    }

    private Cache cache() {
        return stored.orElseThrow().cache();
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

    /** What it shows of the machine's store, in a sentence; empty where it shows that not. */
    public String getHeldByMachine() {
        return cache().showsLocalStore()
                ? "It shows the machine's store besides: " + PageText.paths(store.paths())
                : "";
    }

    /** Of its quota, from 0 to 100; null: it has none. */
    public @Nullable Long getPercentHeld() {
        Long most = stored.orElseThrow().quota().maxBytes();
        return most == null ? null : Long.valueOf(Math.min(100, usage.storedBytes() * 100 / most));
    }

    public KeyLives getKeys() {
        return lives;
    }
}
