package io.narthex.configuration;

import static io.narthex.configuration.SettingName.*;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * The settings of this server: what the operator decided, read once at the start. All paths are absolute.
 *
 * @param home where the server keeps its data, keys and tokens; mode 700
 * @param listeners addresses and ports
 * @param url how clients reach the server, without a slash at its end; none means as the request says
 * @param name begins the names of the keys that the server makes; no colon, no white space
 * @param trustedProxies whose X-Forwarded-For and -Proto are believed
 * @param tls the operator's certificate; none is a self-signed one
 * @param nixStoreRoot the directory below which {@code nix/store} and {@code nix/var/nix/db/db.sqlite} lie
 * @param storeName tells the Nix store of this machine from others on the same database
 * @param database which PostgreSQL
 * @param adminTokenFile holds the administrator's token
 * @param secretKeyFile a signing key in Nix's form to import
 * @param masterKeyFile seals the signing keys in the database
 * @param masterKeyCredential names it in a credential store of WildFly's, {@code store/alias}; it goes before the file
 * @param otherMasterKeyFile opens what another master key has sealed
 * @param reservedKeyNames names of keys that only the server's administrator may import
 * @param defaultCache whether the default cache is served
 * @param priority of the default cache, lower is asked first
 * @param narRecheck how long a checked NAR is sent without hashing it again; zero is hash always
 * @param narZstd when NARs are sent with Content-Encoding zstd
 * @param packedBytes how much of the disk of the home copies of packed NARs may take
 * @param bodyIdle how long a request body may stand still
 * @param stale how long an answer in memory may be used while the database is away
 * @param blobs where uploaded bytes lie
 * @param maxNarBytes how long an uploaded NAR may be, unpacked
 * @param maxRatio how many times its packed size an uploaded NAR may be
 * @param diskReserve how much of the disk of the blobs uploads leave free
 * @param tenantQuota how much a new tenant may hold
 * @param scrubMegabytes how many megabytes a second stored files are read again with; 0 is never
 * @param audit what the record keeps
 * @param outbound how other servers are reached
 * @param oidc where people log in to the console; none: by tokens alone
 * @param metrics what the numbers tell of tenants
 * @param withoutMeaning names of settings that are set and do nothing in this version
 */
public record Settings(
        Path home,
        Listeners listeners,
        Optional<URI> url,
        String name,
        List<AddressBlock> trustedProxies,
        Optional<Tls> tls,
        Path nixStoreRoot,
        String storeName,
        Database database,
        Path adminTokenFile,
        Optional<Path> secretKeyFile,
        Path masterKeyFile,
        Optional<String> masterKeyCredential,
        Optional<Path> otherMasterKeyFile,
        Set<String> reservedKeyNames,
        boolean defaultCache,
        int priority,
        Duration narRecheck,
        NarZstd narZstd,
        DiskReserve packedBytes,
        Duration bodyIdle,
        Duration stale,
        BlobLocation blobs,
        long maxNarBytes,
        long maxRatio,
        DiskReserve diskReserve,
        TenantQuota tenantQuota,
        int scrubMegabytes,
        Audit audit,
        Outbound outbound,
        Optional<Oidc> oidc,
        Metrics metrics,
        List<String> withoutMeaning) {
    /** Some hundred closures; no more than a small disk can spare. */
    private static final DiskReserve PACKED = new DiskReserve(10L << 30, 5);

    public Settings {
        trustedProxies = List.copyOf(trustedProxies);
        reservedKeyNames = Set.copyOf(reservedKeyNames);
        withoutMeaning = List.copyOf(withoutMeaning);
    }

    /**
     * Reads all settings. {@code NARTHEX_X_Y} may also be given as system property {@code narthex.x.y}, which goes
     * before it; empty is unset.
     *
     * @throws SettingsException if a name is not known or a value cannot be used
     */
    public static Settings read(Map<String, String> environment, Properties system) {
        SettingValues values = new SettingValues(environment, system);
        values.refuseUnknown();
        SettingGroups groups = new SettingGroups(values);
        Path home = values.path(NARTHEX_HOME)
                .orElseGet(() -> Path.of(system.getProperty("user.home", "."), ".narthex")
                        .toAbsolutePath());
        String host = HostName.of(environment);
        Path root = values.path(NARTHEX_NIX_STORE).orElseGet(() -> Path.of("/").toAbsolutePath());
        BlobLocation blobs = groups.blobs(home);
        return new Settings(
                home,
                groups.listeners(),
                groups.url(),
                values.matching(
                                NARTHEX_NAME,
                                "[!-9;-~]{1,100}",
                                "a key name: 1 to 100 printable ASCII characters, no colon, no space")
                        .orElse(host),
                values.list(
                        NARTHEX_TRUSTED_PROXIES,
                        "a list of addresses or CIDR blocks (10.0.0.0/8)",
                        AddressBlock::parse),
                groups.tls(),
                root,
                values.matching(NARTHEX_STORE_NAME, "[^\\p{Cntrl}]{1,200}", "a name of 1 to 200 characters")
                        .orElse(host + ":" + root),
                groups.database(),
                values.path(NARTHEX_ADMIN_TOKEN_FILE).orElse(home.resolve("admin-token")),
                values.path(NIX_SECRET_KEY_FILE),
                values.path(NARTHEX_MASTER_KEY_FILE).orElse(home.resolve("master-key")),
                groups.masterKeyCredential(),
                values.path(NARTHEX_OTHER_MASTER_KEY_FILE),
                groups.reservedKeyNames(),
                values.matching(NARTHEX_DEFAULT_CACHE, "on|off", "on or off")
                        .map("on"::equals)
                        .orElse(true),
                values.number(NARTHEX_PRIORITY, 0, Integer.MAX_VALUE)
                        .orElse(30L)
                        .intValue(),
                Duration.ofDays(
                        values.number(NARTHEX_NAR_RECHECK_DAYS, 0, 36_500).orElse(7L)),
                values.matching(NARTHEX_NAR_ZSTD, "true|false|auto", "true, false or auto")
                        .map(text -> NarZstd.valueOf(text.toUpperCase(Locale.ROOT)))
                        .orElse(NarZstd.AUTO),
                values.parsed(NARTHEX_PACKED_BYTES, "a number of bytes or a percentage (5%)", DiskReserve::parse)
                        .orElse(PACKED),
                Duration.ofSeconds(
                        values.number(NARTHEX_BODY_IDLE_SECONDS, 1, 86_400).orElse(60L)),
                Duration.ofSeconds(
                        values.number(NARTHEX_STALE_SECONDS, 0, 31_536_000).orElse(60L)),
                blobs,
                values.number(NARTHEX_MAX_NAR_BYTES, 1, Long.MAX_VALUE).orElse(64L << 30),
                values.number(NARTHEX_MAX_RATIO, 1, Long.MAX_VALUE).orElse(10_000L),
                values.parsed(NARTHEX_DISK_RESERVE, "a number of bytes or a percentage (5%)", DiskReserve::parse)
                        .orElse(DiskReserve.STANDARD),
                values.parsed(NARTHEX_TENANT_QUOTA, "a number of bytes from 1 on, or none", TenantQuota::parse)
                        .orElse(TenantQuota.standard(blobs)),
                values.number(NARTHEX_SCRUB_MBPS, 0, 100_000).orElse(20L).intValue(),
                groups.audit(),
                groups.outbound(),
                groups.oidc(),
                groups.metrics(),
                groups.withoutMeaning(blobs));
    }
}
