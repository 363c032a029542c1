package io.narthex.configuration;

import static io.narthex.configuration.SettingName.*;
import static io.narthex.configuration.SettingValues.refused;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads settings that belong together, and checks the rules between them. */
final class SettingGroups {
    /** Enough to keep a value away from shells and URLs; whether it can be bound shows when it is. */
    private static final String HOST = "[0-9a-fA-F:.]+|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?";

    private static final String JDBC = "jdbc:postgresql://host:port/database";

    private final SettingValues values;

    SettingGroups(SettingValues values) {
        this.values = values;
    }

    Listeners listeners() {
        String allowed = "an IP address or a host name";
        Listeners listeners = new Listeners(
                values.matching(NARTHEX_BIND, HOST, allowed),
                port(NARTHEX_PORT, 8080),
                port(NARTHEX_HTTPS_PORT, 8443),
                values.matching(NARTHEX_MANAGEMENT_BIND, HOST, allowed).orElse("127.0.0.1"),
                port(NARTHEX_MANAGEMENT_PORT, 9990));
        List<SettingName> names = List.of(NARTHEX_PORT, NARTHEX_HTTPS_PORT, NARTHEX_MANAGEMENT_PORT);
        List<Integer> ports = List.of(listeners.port(), listeners.httpsPort(), listeners.managementPort());
        for (int i = 0; i < ports.size(); i++) {
            int first = ports.indexOf(ports.get(i));
            if (first != i) {
                throw new SettingsException(names.get(first) + " and " + names.get(i) + " are both " + ports.get(i)
                        + ": each needs a port of its own");
            }
        }
        return listeners;
    }

    private int port(SettingName name, int otherwise) {
        return values.number(name, 1, 65_535).map(Long::intValue).orElse(otherwise);
    }

    Optional<URI> url() {
        return values.parsed(NARTHEX_URL, "a URL such as https://cache.example.com", SettingGroups::httpUrl);
    }

    private static URI httpUrl(String text) {
        URI uri = URI.create(text.replaceAll("/+$", ""));
        boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException(text);
        }
        if (uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(text);
        }
        return uri;
    }

    Optional<Tls> tls() {
        // two spellings, since the long one is what many would write first
        SettingName file = values.text(NARTHEX_TLS_KEYSTORE_PASSWORD_FILE).isPresent()
                ? NARTHEX_TLS_KEYSTORE_PASSWORD_FILE
                : NARTHEX_TLS_PASSWORD_FILE;
        Optional<Path> keystore = values.path(NARTHEX_TLS_KEYSTORE_FILE);
        Optional<Path> password = values.path(file);
        if (keystore.isPresent() != password.isPresent()) {
            throw new SettingsException(
                    NARTHEX_TLS_KEYSTORE_FILE + " and " + file + " belong together: set both or none");
        }
        return keystore.map(path -> {
            if (!Files.isReadable(path)) {
                throw refused(NARTHEX_TLS_KEYSTORE_FILE, path.toString(), "a keystore file that this user may read");
            }
            return new Tls(path, values.secretLine(file, password.orElseThrow()));
        });
    }

    Metrics metrics() {
        return new Metrics(
                values.matching(NARTHEX_METRICS_TENANTS, "true|false", "true or false")
                        .map("true"::equals)
                        .orElse(false),
                // some ten series each: what a Prometheus takes without a thought
                values.number(NARTHEX_METRICS_CACHES, 1, 100_000).orElse(200L).intValue());
    }

    /** Where people log in; empty: by tokens alone. */
    Optional<Oidc> oidc() {
        Optional<String> issuer = values.matching(
                NARTHEX_OIDC_ISSUER,
                "https://[^\\s?#@]+",
                "a URL with https:// as the provider's identity tokens name it");
        Optional<String> client = values.matching(NARTHEX_OIDC_CLIENT_ID, "[ -~]{1,300}", "the id of a client");
        List<Oidc.Rule> roles = values.parsed(
                        NARTHEX_OIDC_ROLES,
                        "a list, by commas, of tenant:role=group (reader, pusher, keeper, auditor or owner) or"
                                + " administrator=group",
                        text -> Arrays.stream(text.split(",", -1))
                                .map(String::strip)
                                .filter(rule -> !rule.isEmpty())
                                .map(Oidc.Rule::parse)
                                .toList())
                .orElse(List.of());
        if (issuer.isPresent() != client.isPresent() || issuer.isPresent() == roles.isEmpty()) {
            throw new SettingsException(NARTHEX_OIDC_ISSUER + ", " + NARTHEX_OIDC_CLIENT_ID + " and "
                    + NARTHEX_OIDC_ROLES + " belong together: set all three or none");
        }
        return issuer.map(url -> new Oidc(
                url,
                client.orElseThrow(),
                values.secret(NARTHEX_OIDC_CLIENT_SECRET, NARTHEX_OIDC_CLIENT_SECRET_FILE),
                values.matching(NARTHEX_OIDC_SCOPES, "(.* )?openid( .*)?", "a list with openid in it")
                        .orElse("openid profile"),
                values.text(NARTHEX_OIDC_GROUPS_CLAIM).orElse("groups"),
                roles));
    }

    Optional<String> masterKeyCredential() {
        Optional<String> credential = values.matching(
                NARTHEX_MASTER_KEY_CREDENTIAL,
                "[^/\\s]+/[^/\\s]+",
                "a credential store of WildFly's and an alias in it: store/alias");
        if (credential.isPresent() && values.text(NARTHEX_MASTER_KEY_FILE).isPresent()) {
            throw new SettingsException(NARTHEX_MASTER_KEY_CREDENTIAL + " and " + NARTHEX_MASTER_KEY_FILE
                    + " are both set: there is one master key, so set one of them");
        }
        return credential;
    }

    /** Unset: the key of the cache that every Nix trusts. */
    Set<String> reservedKeyNames() {
        List<String> names = values.list(
                NARTHEX_RESERVED_KEY_NAMES, "a list of key names such as cache.nixos.org-1", SettingGroups::keyName);
        return names.isEmpty() ? Set.of("cache.nixos.org-1") : Set.copyOf(names);
    }

    private static String keyName(String text) {
        if (!text.matches("[!-9;-~]{1,300}")) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    Database database() {
        return new Database(
                values.parsed(NARTHEX_DB_URL, JDBC + " without a user or password in it", SettingGroups::jdbcUrl),
                values.text(NARTHEX_DB_USER).orElse("narthex"),
                values.secret(NARTHEX_DB_PASSWORD, NARTHEX_DB_PASSWORD_FILE),
                values.text(NARTHEX_DB_OWNER_USER),
                values.secret(NARTHEX_DB_OWNER_PASSWORD, NARTHEX_DB_OWNER_PASSWORD_FILE));
    }

    private static String jdbcUrl(String text) {
        String jdbc = text.startsWith("postgresql:") ? "jdbc:" + text : text;
        if (!jdbc.matches("jdbc:postgresql:\\S+") || jdbc.matches(".*(@|[?&](user|password)=).*")) {
            throw new IllegalArgumentException("not a JDBC URL of PostgreSQL");
        }
        return jdbc;
    }

    /** Where uploaded bytes lie; unset is a directory of the home. */
    BlobLocation blobs(Path home) {
        // read in any case: a bad one is told of also where nothing needs it
        Optional<URI> endpoint = endpoint();
        Optional<String> region = region();
        return values.parsed(
                        NARTHEX_BLOBS,
                        "file:/directory or s3://bucket/prefix",
                        text -> BlobLocation.parse(text, endpoint, region))
                .orElseGet(() -> new BlobLocation.Files(home.resolve("blobs")));
    }

    /** What the record keeps; nothing of it goes that was not exported. */
    Audit audit() {
        Optional<String> months =
                values.matching(NARTHEX_AUDIT_RETENTION_MONTHS, "none|[1-9]\\d{0,3}", "1 to 9999 months, or none");
        Optional<BlobLocation> export = values.parsed(
                        NARTHEX_AUDIT_EXPORT,
                        "/directory or s3://bucket/prefix",
                        text -> text.equals("none")
                                ? Optional.<BlobLocation>empty()
                                : Optional.of(BlobLocation.parse(
                                        text.startsWith("/") ? "file:" + text : text, endpoint(), region())))
                .flatMap(location -> location);
        OptionalInt retention = months.filter(text -> !text.equals("none"))
                .map(text -> OptionalInt.of(Integer.parseInt(text)))
                .orElseGet(OptionalInt::empty);
        if (retention.isPresent() && export.isEmpty()) {
            throw new SettingsException(NARTHEX_AUDIT_RETENTION_MONTHS + " is set without " + NARTHEX_AUDIT_EXPORT
                    + ": set that too, since nothing of the record goes that was not exported");
        }
        return new Audit(
                values.matching(NARTHEX_AUDIT_ADDRESSES, "full|truncated|none", "full, truncated or none")
                        .map(text -> AuditAddresses.valueOf(text.toUpperCase(Locale.ROOT)))
                        .orElse(AuditAddresses.FULL),
                values.flag(NARTHEX_AUDIT_READS, true),
                retention,
                export);
    }

    /** How other servers are reached. */
    Outbound outbound() {
        return new Outbound(
                values.list(
                        NARTHEX_UPSTREAM_ADDRESSES,
                        "a list of addresses or CIDR blocks (10.0.0.0/8)",
                        AddressBlock::parse),
                values.number(NARTHEX_UPSTREAM_BYTES, 0, Long.MAX_VALUE)
                        .map(OptionalLong::of)
                        .orElseGet(OptionalLong::empty),
                values.parsed(NARTHEX_OUTBOUND_PROXY, "a URL such as http://proxy.example.com:3128", text -> {
                    URI proxy = httpUrl(text);
                    if (!"http".equalsIgnoreCase(proxy.getScheme())
                            || !proxy.getPath().isEmpty()) {
                        throw new IllegalArgumentException(text);
                    }
                    return proxy;
                }),
                values.path(NARTHEX_TRUST_STORE_FILE));
    }

    private Optional<URI> endpoint() {
        return values.parsed(NARTHEX_S3_ENDPOINT, "a URL such as https://s3.example.com", SettingGroups::httpUrl);
    }

    private Optional<String> region() {
        return values.matching(NARTHEX_S3_REGION, "[A-Za-z0-9-]{1,63}", "the name of a region");
    }

    /** Tells which settings are set in vain. */
    List<String> withoutMeaning(BlobLocation blobs) {
        Map<SettingName, Optional<?>> all = new EnumMap<>(SettingName.class);
        if (blobs instanceof BlobLocation.Files
                && audit().export().filter(BlobLocation.S3.class::isInstance).isEmpty()) {
            all.put(NARTHEX_S3_ENDPOINT, values.text(NARTHEX_S3_ENDPOINT));
            all.put(NARTHEX_S3_REGION, values.text(NARTHEX_S3_REGION));
        }
        return all.entrySet().stream()
                .filter(e -> e.getValue().isPresent())
                .map(e -> e.getKey().name())
                .toList();
    }
}
