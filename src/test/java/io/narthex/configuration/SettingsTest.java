package io.narthex.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private final Properties system = new Properties();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void hasDefaultsForAll() {
        system.setProperty("user.home", "/home/someone");

        Settings settings = Settings.read(Map.of("HOSTNAME", "build box:1"), system);

        assertThat(settings.home()).isEqualTo(Path.of("/home/someone/.narthex"));
        assertThat(settings.listeners().bind()).isEmpty();
        assertThat(settings.listeners().port()).isEqualTo(8080);
        assertThat(settings.listeners().httpsPort()).isEqualTo(8443);
        assertThat(settings.listeners().managementPort()).isEqualTo(9990);
        assertThat(settings.name()).isEqualTo("build-box-1");
        assertThat(settings.storeName()).isEqualTo("build-box-1:/");
        assertThat(settings.nixStoreRoot()).isEqualTo(Path.of("/"));
        assertThat(settings.adminTokenFile()).isEqualTo(Path.of("/home/someone/.narthex/admin-token"));
        assertThat(settings.masterKeyFile()).isEqualTo(Path.of("/home/someone/.narthex/master-key"));
        assertThat(settings.priority()).isEqualTo(30);
        assertThat(settings.narRecheck()).isEqualTo(Duration.ofDays(7));
        assertThat(settings.narZstd()).isEqualTo(NarZstd.AUTO);
        assertThat(settings.packedBytes()).isEqualTo(new DiskReserve(10L << 30, 5));
        assertThat(settings.bodyIdle()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.stale()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.database().url()).isEmpty();
        assertThat(settings.trustedProxies()).isEmpty();
        assertThat(settings.reservedKeyNames()).containsExactly("cache.nixos.org-1");
    }

    @ParameterizedTest
    @EnumSource
    void areDocumented(SettingName name) throws IOException {
        assertThat(Files.readString(Path.of("src/docs/settings.md"))).contains("`" + name + "`");
    }

    @Test
    void takesAPropertyBeforeTheEnvironment() {
        system.setProperty("narthex.port", "81");
        system.setProperty("narthex.nix.secret.key.file", "/k");

        Settings settings = Settings.read(Map.of("NARTHEX_PORT", "82", "NARTHEX_PRIORITY", "5"), system);

        assertThat(settings.listeners().port()).isEqualTo(81);
        assertThat(settings.priority()).isEqualTo(5);
        assertThat(settings.secretKeyFile()).contains(Path.of("/k"));
    }

    @Test
    void letsPeopleLogInByTokensAloneUnlessAProviderIsNamed() {
        assertThat(Settings.read(Map.of(), system).oidc()).isEmpty();
        Oidc oidc = Settings.read(
                        Map.of(
                                "NARTHEX_OIDC_ISSUER", "https://id.example/realms/one",
                                "NARTHEX_OIDC_CLIENT_ID", "narthex",
                                "NARTHEX_OIDC_CLIENT_SECRET", "s",
                                "NARTHEX_OIDC_ROLES",
                                        "acme:owner=/acme/admins,\n beta-2:reader=All people=we,beta-2:auditor=eyes,"
                                                + "administrator=7f3c-11"),
                        system)
                .oidc()
                .orElseThrow();
        assertThat(oidc.issuer()).isEqualTo("https://id.example/realms/one");
        assertThat(oidc.clientSecret().reveal()).isEqualTo("s");
        assertThat(oidc.scopes()).isEqualTo("openid profile");
        assertThat(oidc.groupsClaim()).isEqualTo("groups");
        assertThat(oidc.roles())
                .containsExactly(
                        new Oidc.Rule("acme", "owner", "/acme/admins"),
                        new Oidc.Rule("beta-2", "reader", "All people=we"),
                        new Oidc.Rule("beta-2", "auditor", "eyes"),
                        new Oidc.Rule("", "administrator", "7f3c-11"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NARTHEX_OIDC_ISSUER=http://id.example",
                "NARTHEX_OIDC_ISSUER=https://id.example/?x",
                "NARTHEX_OIDC_ISSUER=",
                "NARTHEX_OIDC_CLIENT_ID=",
                "NARTHEX_OIDC_ROLES=",
                "NARTHEX_OIDC_ROLES=acme:root=x",
                "NARTHEX_OIDC_ROLES=acme:administrator=x",
                "NARTHEX_OIDC_ROLES=owner=x",
                "NARTHEX_OIDC_ROLES=acme:owner=",
                "NARTHEX_OIDC_SCOPES=profile email",
            })
    void refusesAProviderThatNobodyCouldLogInAt(String wrong) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "NARTHEX_OIDC_ISSUER", "https://id.example",
                "NARTHEX_OIDC_CLIENT_ID", "narthex",
                "NARTHEX_OIDC_ROLES", "acme:owner=x"));
        String[] pair = wrong.split("=", 2);
        environment.put(pair[0], pair[1]);
        assertThatThrownBy(() -> Settings.read(environment, system))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(pair[0]);
    }

    @Test
    void namesNoTenantsInTheMetersUnlessAskedTo() {
        Settings settings =
                Settings.read(Map.of("NARTHEX_METRICS_TENANTS", "true", "NARTHEX_METRICS_CACHES", "7"), system);

        assertThat(settings.metrics()).isEqualTo(new Metrics(true, 7));
        assertThat(read("NARTHEX_URL", "").metrics()).isEqualTo(new Metrics(false, 200));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, false", "::1, false", "localhost, false", "0.0.0.0, true", "192.0.2.1, true"})
    void wantsATokenForTenantsNumbersWhereOthersReachThem(String bind, boolean wanted) {
        Map<String, String> environment = Map.of("NARTHEX_METRICS_TENANTS", "true", "NARTHEX_MANAGEMENT_BIND", bind);

        Settings settings = Settings.read(environment, system);

        assertThat(settings.metrics().wantsToken(settings.listeners())).isEqualTo(wanted);
        assertThat(read("NARTHEX_MANAGEMENT_BIND", bind).metrics().wantsToken(settings.listeners()))
                .isFalse();
    }

    @Test
    void readsHowOthersAreReached() {
        Settings settings = Settings.read(
                Map.of(
                        "NARTHEX_UPSTREAM_ADDRESSES", "10.0.0.0/8, fd00::/8",
                        "NARTHEX_UPSTREAM_BYTES", "1000000",
                        "NARTHEX_OUTBOUND_PROXY", "http://proxy.example:3128",
                        "NARTHEX_TRUST_STORE_FILE", "/etc/house.pem"),
                system);

        assertThat(settings.outbound().addresses())
                .containsExactly(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("fd00::/8"));
        assertThat(settings.outbound().upstreamBytes()).hasValue(1_000_000);
        assertThat(settings.outbound().proxy()).contains(URI.create("http://proxy.example:3128"));
        assertThat(settings.outbound().trustStoreFile()).contains(Path.of("/etc/house.pem"));
        assertThat(read("NARTHEX_URL", "").outbound())
                .isEqualTo(new Outbound(List.of(), OptionalLong.empty(), Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://proxy.example:3128",
                "socks://proxy.example",
                "http://user:x@proxy.example",
                "http://p/x"
            })
    void refusesAProxyThatItCannotAsk(String url) {
        assertThatThrownBy(() -> read("NARTHEX_OUTBOUND_PROXY", url)).isInstanceOf(SettingsException.class);
    }

    @Test
    void takesEmptyForUnset() {
        system.setProperty("narthex.port", "");

        assertThat(read("NARTHEX_PORT", "").listeners().port()).isEqualTo(8080);
        assertThat(read("NARTHEX_URL", " ").url()).isEmpty();
    }

    @Test
    void readsTheServersUrlWithoutASlashAtItsEnd() {
        assertThat(read("NARTHEX_URL", "https://cache.example.com/nix/").url())
                .contains(URI.create("https://cache.example.com/nix"));
    }

    @Test
    void readsAListOfProxies() {
        assertThat(read("NARTHEX_RESERVED_KEY_NAMES", "cache.nixos.org-1, corp-1")
                        .reservedKeyNames())
                .containsExactlyInAnyOrder("cache.nixos.org-1", "corp-1");
        assertThat(read("NARTHEX_TRUSTED_PROXIES", "10.0.0.0/8, ::1").trustedProxies())
                .containsExactly(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("::1"));
    }

    @ParameterizedTest
    @CsvSource({
        "NARTHEX_PROT, NARTHEX_PORT",
        "NARTHEX_NIXSTORE, NARTHEX_NIX_STORE",
        "NARTHEX_DB_PASWORD, NARTHEX_DB_PASSWORD",
        "NARTHEX_NIX_SECRET_KEY_FILE, NIX_SECRET_KEY_FILE",
    })
    void refusesUnknownNameAndNamesTheNearest(String name, String nearest) {
        assertThatThrownBy(() -> read(name, "1"))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "there is no setting " + name + "; the nearest name is " + nearest + ": correct or unset it");
    }

    @Test
    void letsNamesOfTestsThrough() {
        assertThat(read("NARTHEX_TEST_ANYTHING", "1").priority()).isEqualTo(30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NARTHEX_PORT | 0",
                "NARTHEX_PORT | 65536",
                "NARTHEX_PORT | http",
                "NARTHEX_BIND | a b",
                "NARTHEX_URL | cache.example.com",
                "NARTHEX_URL | ftp://cache.example.com",
                "NARTHEX_URL | https://u:p@cache.example.com",
                "NARTHEX_URL | https://cache.example.com/?q",
                "NARTHEX_NAME | a:b",
                "NARTHEX_NAME | a b",
                "NARTHEX_TRUSTED_PROXIES | 10.0.0.0/8,proxy",
                "NARTHEX_DB_URL | jdbc:mysql://db/narthex",
                "NARTHEX_DB_URL | jdbc:postgresql://db/narthex?password=x",
                "NARTHEX_PRIORITY | -1",
                "NARTHEX_NAR_RECHECK_DAYS | 1.5",
                "NARTHEX_NAR_ZSTD | maybe",
                "NARTHEX_METRICS_TENANTS | yes",
                "NARTHEX_METRICS_CACHES | 0",
                "NARTHEX_PACKED_BYTES | much",
                "NARTHEX_BODY_IDLE_SECONDS | 0",
                "NARTHEX_BLOBS | blobs",
                "NARTHEX_BLOBS | file:blobs",
                "NARTHEX_BLOBS | file://host/blobs",
                "NARTHEX_BLOBS | s3://",
                "NARTHEX_BLOBS | s3://Bucket",
                "NARTHEX_BLOBS | s3://bucket/a b",
                "NARTHEX_S3_REGION | eu west",
                "NARTHEX_S3_ENDPOINT | s3",
                "NARTHEX_MAX_NAR_BYTES | 64G",
                "NARTHEX_RESERVED_KEY_NAMES | name:with-a-colon",
                "NARTHEX_MAX_RATIO | 0",
                "NARTHEX_DISK_RESERVE | much",
                "NARTHEX_TENANT_QUOTA | 0",
                "NARTHEX_TENANT_QUOTA | 10G",
                "NARTHEX_AUDIT_ADDRESSES | some",
                "NARTHEX_AUDIT_EXPORT | here",
                "NARTHEX_AUDIT_RETENTION_MONTHS | -3",
            })
    void refusesBadValueInOneLineThatNamesIt(String name, String value) {
        assertThatThrownBy(() -> read(name, value))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(name + "=" + value + " is not ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesOnePortTwice() {
        assertThatThrownBy(() -> read("NARTHEX_PORT", "8443"))
                .hasMessage("NARTHEX_PORT and NARTHEX_HTTPS_PORT are both 8443: each needs a port of its own");
    }

    @Test
    void readsAPasswordFromAFileOfOneLine() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "secret\n");

        Database database = read("NARTHEX_DB_PASSWORD_FILE", file.toString()).database();

        assertThat(database.password().reveal()).isEqualTo("secret");
        assertThat(database.toString()).contains("***").doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "secret\nmore\n"})
    void refusesAPasswordFileOfNotOneLineWithoutShowingIt(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), content);

        assertThatThrownBy(() -> read("NARTHEX_DB_PASSWORD_FILE", file.toString()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("NARTHEX_DB_PASSWORD_FILE=" + file)
                .hasMessageNotContaining("secret");
    }

    @Test
    void refusesAPasswordGivenTwice() {
        assertThatThrownBy(() ->
                        Settings.read(Map.of("NARTHEX_DB_PASSWORD", "a", "NARTHEX_DB_PASSWORD_FILE", "/b"), system))
                .hasMessage("NARTHEX_DB_PASSWORD and NARTHEX_DB_PASSWORD_FILE are both set: unset one of them");
    }

    @Test
    void refusesAKeystoreWithoutItsPassword() {
        assertThatThrownBy(() -> read("NARTHEX_TLS_KEYSTORE_FILE", "/keystore"))
                .hasMessage("NARTHEX_TLS_KEYSTORE_FILE and NARTHEX_TLS_PASSWORD_FILE belong together:"
                        + " set both or none");
    }

    @Test
    void refusesARetentionOfTheRecordWithoutAPlaceForWhatGoes() {
        assertThatThrownBy(() -> read("NARTHEX_AUDIT_RETENTION_MONTHS", "12"))
                .hasMessage("NARTHEX_AUDIT_RETENTION_MONTHS is set without NARTHEX_AUDIT_EXPORT: set that too, since"
                        + " nothing of the record goes that was not exported");
    }

    @Test
    void tellsSettingsThatDoNothing() {
        assertThat(read("NARTHEX_S3_REGION", "x").withoutMeaning()).containsExactly("NARTHEX_S3_REGION");
    }

    @Test
    void tellsSettingsOfS3ThatFilesDoNotUse() {
        assertThat(read("NARTHEX_S3_REGION", "eu-west-1").withoutMeaning()).containsExactly("NARTHEX_S3_REGION");
        assertThat(Settings.read(Map.of("NARTHEX_S3_REGION", "eu-west-1", "NARTHEX_BLOBS", "s3://bucket"), system)
                        .withoutMeaning())
                .isEmpty();
    }

    @Test
    void readsLimitsOfUploads() {
        Settings standard = Settings.read(Map.of(), system);
        assertThat(standard.maxNarBytes()).isEqualTo(68_719_476_736L);
        assertThat(standard.maxRatio()).isEqualTo(10_000);
        assertThat(read("NARTHEX_MAX_NAR_BYTES", "7").maxNarBytes()).isEqualTo(7);
        assertThat(read("NARTHEX_MAX_RATIO", "100").maxRatio()).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({
        ", 100_000_000_000, 1_073_741_824",
        ", 1_000_000_000, 50_000_000",
        "5%, 100_000_000_000, 5_000_000_000",
        "0, 100_000_000_000, 0",
        "4096, 100_000_000_000, 4096",
        "4096, 1000, 1000",
    })
    void readsTheReserveOfADisk(@Nullable String value, String total, String reserve) {
        long bytes = read("NARTHEX_DISK_RESERVE", value == null ? "" : value)
                .diskReserve()
                .of(Long.parseLong(total.replace("_", "")));

        assertThat(bytes).isEqualTo(Long.parseLong(reserve.replace("_", "")));
    }

    @Test
    void readsHowMuchANewTenantMayHold() {
        assertThat(read("NARTHEX_TENANT_QUOTA", "5000").tenantQuota()).isEqualTo(new TenantQuota.Bytes(5000));
        assertThat(read("NARTHEX_TENANT_QUOTA", "none").tenantQuota()).isEqualTo(new TenantQuota.None());
        assertThat(read("NARTHEX_TENANT_QUOTA", "").tenantQuota()).isEqualTo(new TenantQuota.OfDisk());
        assertThat(read("NARTHEX_BLOBS", "s3://bucket").tenantQuota()).isEqualTo(new TenantQuota.None());
    }

    @Test
    void readsWhereBlobsLie() {
        system.setProperty("user.home", "/home/someone");

        assertThat(read("NARTHEX_BLOBS", "").blobs())
                .isEqualTo(new BlobLocation.Files(Path.of("/home/someone/.narthex/blobs")));
        assertThat(read("NARTHEX_BLOBS", "file:///srv/a b/").blobs())
                .isEqualTo(new BlobLocation.Files(Path.of("/srv/a b")));
        assertThat(read("NARTHEX_BLOBS", "s3://nix-cache").blobs())
                .isEqualTo(new BlobLocation.S3("nix-cache", "", Optional.empty(), Optional.empty()));
        assertThat(Settings.read(
                                Map.of(
                                        "NARTHEX_BLOBS", "s3://nix-cache//narthex/one/",
                                        "NARTHEX_S3_ENDPOINT", "http://127.0.0.1:9000/",
                                        "NARTHEX_S3_REGION", "eu-west-1"),
                                system)
                        .blobs())
                .isEqualTo(new BlobLocation.S3(
                        "nix-cache",
                        "narthex/one",
                        Optional.of(URI.create("http://127.0.0.1:9000")),
                        Optional.of("eu-west-1")));
    }

    private Settings read(String name, String value) {
        return Settings.read(Map.of(name, value), system);
    }
}
