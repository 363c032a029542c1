package io.narthex.cache;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.quota.QuotaColumns;
import io.narthex.quota.WhenFull;
import io.narthex.tenant.TenantEntity;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The database row of a cache. */
@Entity
@Table(name = "cache")
class CacheEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private int id;

    @ManyToOne(optional = false)
    @JoinColumn(name = "tenant_id", nullable = false, updatable = false)
    private TenantEntity tenant;

    @Column(nullable = false, updatable = false, columnDefinition = "text")
    private String name;

    @Column(nullable = false, columnDefinition = "text")
    private String visibility;

    private @Nullable Integer priority;

    @Column(name = "want_mass_query", nullable = false)
    private boolean wantMassQuery;

    @Column(name = "store_dir", nullable = false, columnDefinition = "text")
    private String storeDir;

    @Column(nullable = false, columnDefinition = "text[]")
    private String[] sources;

    @Column(name = "offered_to", nullable = false, columnDefinition = "text[]")
    private String[] offeredTo;

    @Column(nullable = false)
    private boolean publish;

    @Column(name = "on_upstream_conflict", nullable = false, columnDefinition = "text")
    private String onUpstreamConflict;

    @Column(name = "virtual_hosts", nullable = false, columnDefinition = "text[]")
    private String[] virtualHosts;

    @Column(name = "reference_check", nullable = false, columnDefinition = "text")
    private String referenceCheck;

    @Column(name = "foreign_signatures", nullable = false, columnDefinition = "text")
    private String foreignSignatures;

    @Column(name = "trusted_public_keys", nullable = false, columnDefinition = "text[]")
    private String[] trustedPublicKeys;

    @Column(nullable = false, columnDefinition = "text")
    private String entry;

    @Column(name = "required_signatures", nullable = false, columnDefinition = "text[]")
    private String[] requiredSignatures;

    @Column(name = "minimum_age_hours", nullable = false)
    private int minimumAgeHours;

    @Embedded
    private QuotaColumns quota;

    @Version
    private long version;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "deleted_at")
    private @Nullable Instant deletedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected CacheEntity() {}

    CacheEntity(TenantEntity tenant, CacheName name, Instant now) {
        this.tenant = tenant;
        this.name = name.text();
        this.createdAt = now;
        set(CacheSettings.INITIAL);
    }

    int id() {
        return id;
    }

    final void set(CacheSettings settings) {
        visibility = text(settings.visibility());
        priority = settings.priority().isPresent() ? settings.priority().getAsInt() : null;
        wantMassQuery = settings.wantMassQuery();
        storeDir = settings.storeDir().path();
        sources = SourceText.of(settings.sources(), settings.others()).toArray(String[]::new);
        offeredTo = settings.sharing().names().toArray(String[]::new);
        publish = settings.sharing().publish();
        onUpstreamConflict = text(settings.onConflict());
        virtualHosts = settings.virtualHosts().toArray(String[]::new);
        quota = new QuotaColumns(settings.quota());
        referenceCheck = text(settings.references());
        foreignSignatures = text(settings.foreignSignatures());
        trustedPublicKeys =
                settings.trustedPublicKeys().stream().map(PublicKey::toString).toArray(String[]::new);
        entry = text(settings.entry());
        requiredSignatures = settings.gates().requiredSignatures().stream()
                .map(PublicKey::toString)
                .toArray(String[]::new);
        minimumAgeHours = settings.gates().minimumAgeHours();
    }

    void delete(Instant now) {
        deletedAt = now;
    }

    StoredCache toStored() {
        return new StoredCache(toCache(), quota.quota(), createdAt);
    }

    /** What it says, as the rest of the server has it. */
    Cache toCache() {
        return new Cache(
                id,
                tenant.id(),
                tenant.name(),
                new CacheName(name),
                constant(Visibility.class, visibility),
                priority == null ? OptionalInt.empty() : OptionalInt.of(priority),
                wantMassQuery,
                new StoreDir(storeDir),
                SourceText.own(List.of(sources)),
                SourceText.others(List.of(sources)),
                new Sharing(Set.of(offeredTo), publish),
                constant(UpstreamConflict.class, onUpstreamConflict),
                List.of(virtualHosts),
                constant(ReferenceCheck.class, referenceCheck),
                constant(ForeignSignatures.class, foreignSignatures),
                Arrays.stream(trustedPublicKeys).map(PublicKey::parse).toList(),
                constant(Entry.class, entry),
                new Gates(
                        Arrays.stream(requiredSignatures).map(PublicKey::parse).toList(), minimumAgeHours),
                quota.quota().whenFull() == WhenFull.EVICT,
                version,
                false);
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The table has {@code local-store} where Java has {@code LOCAL_STORE}. */
    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        return Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
