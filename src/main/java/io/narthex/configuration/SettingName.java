package io.narthex.configuration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Lists every setting, by the name of its environment variable. */
enum SettingName {
    NARTHEX_HOME,
    NARTHEX_PORT,
    NARTHEX_HTTPS_PORT,
    NARTHEX_MANAGEMENT_PORT,
    NARTHEX_BIND,
    NARTHEX_MANAGEMENT_BIND,
    NARTHEX_URL,
    NARTHEX_NAME,
    NARTHEX_TRUSTED_PROXIES,
    NARTHEX_TLS_KEYSTORE_FILE,
    NARTHEX_TLS_PASSWORD_FILE,
    NARTHEX_TLS_KEYSTORE_PASSWORD_FILE,
    NARTHEX_NIX_STORE,
    NARTHEX_STORE_NAME,
    NARTHEX_DB_URL,
    NARTHEX_DB_USER,
    NARTHEX_DB_PASSWORD,
    NARTHEX_DB_PASSWORD_FILE,
    NARTHEX_DB_OWNER_USER,
    NARTHEX_DB_OWNER_PASSWORD,
    NARTHEX_DB_OWNER_PASSWORD_FILE,
    NARTHEX_ADMIN_TOKEN_FILE,
    NIX_SECRET_KEY_FILE,
    NARTHEX_MASTER_KEY_FILE,
    NARTHEX_MASTER_KEY_CREDENTIAL,
    NARTHEX_OTHER_MASTER_KEY_FILE,
    NARTHEX_RESERVED_KEY_NAMES,
    NARTHEX_DEFAULT_CACHE,
    NARTHEX_PRIORITY,
    NARTHEX_NAR_RECHECK_DAYS,
    NARTHEX_NAR_ZSTD,
    NARTHEX_PACKED_BYTES,
    NARTHEX_BODY_IDLE_SECONDS,
    NARTHEX_STALE_SECONDS,
    NARTHEX_BLOBS,
    NARTHEX_S3_ENDPOINT,
    NARTHEX_S3_REGION,
    NARTHEX_MAX_NAR_BYTES,
    NARTHEX_MAX_RATIO,
    NARTHEX_DISK_RESERVE,
    NARTHEX_TENANT_QUOTA,
    NARTHEX_SCRUB_MBPS,
    NARTHEX_AUDIT_ADDRESSES,
    NARTHEX_AUDIT_READS,
    NARTHEX_AUDIT_RETENTION_MONTHS,
    NARTHEX_AUDIT_EXPORT,
    NARTHEX_UPSTREAM_ADDRESSES,
    NARTHEX_UPSTREAM_BYTES,
    NARTHEX_OUTBOUND_PROXY,
    NARTHEX_TRUST_STORE_FILE,
    NARTHEX_OIDC_ISSUER,
    NARTHEX_OIDC_CLIENT_ID,
    NARTHEX_OIDC_CLIENT_SECRET,
    NARTHEX_OIDC_CLIENT_SECRET_FILE,
    NARTHEX_OIDC_SCOPES,
    NARTHEX_OIDC_GROUPS_CLAIM,
    NARTHEX_OIDC_ROLES,
    NARTHEX_METRICS_TENANTS,
    NARTHEX_METRICS_CACHES,
    /** The launcher's: further options for the server's JVM. */
    NARTHEX_JAVA_OPTS;

    /** The same setting as a system property: {@code NARTHEX_NIX_STORE} is {@code narthex.nix.store}. */
    String property() {
        return (name().startsWith("NARTHEX_") ? name() : "NARTHEX_" + name())
                .toLowerCase(Locale.ROOT)
                .replace('_', '.');
    }

    static Optional<SettingName> find(String name) {
        return Arrays.stream(values()).filter(n -> n.name().equals(name)).findFirst();
    }

    /** The name that takes the fewest typing errors to become this one. */
    static SettingName nearest(String name) {
        return Arrays.stream(values())
                .min(Comparator.comparingInt(n -> distance(n.name(), name)))
                .orElseThrow();
    }

    /** Letters to insert, remove or replace (Levenshtein). */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        Arrays.setAll(above, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
