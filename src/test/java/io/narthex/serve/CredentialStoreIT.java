package io.narthex.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Rows;
import io.narthex.it.WireClient;
import io.narthex.nix.hash.HashAlgorithm;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wildfly.security.auth.server.IdentityCredentials;
import org.wildfly.security.credential.PasswordCredential;
import org.wildfly.security.credential.store.CredentialStore;
import org.wildfly.security.credential.store.WildFlyElytronCredentialStoreProvider;
import org.wildfly.security.credential.store.impl.KeyStoreCredentialStore;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.ClearPassword;

/** A server whose master key lies in a credential store of WildFly's, as wildfly-config/elytron makes it. */
class CredentialStoreIT {
    private static final String PASSWORD = "opens the store";
    /** What elytron/credential-store.cli writes: the provisioned server has no tool that could run it. */
    private static final String STORES = """
        <credential-stores>
            <credential-store name="narthex" relative-to="jboss.server.config.dir" path="narthex.cs" create="true">
                <credential-reference clear-text="${env.CREDENTIAL_STORE_PASSWORD}"/>
            </credential-store>
        </credential-stores>
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void sealsByTheKeyThatLiesThere() throws Exception {
        byte[] key = new byte[32];
        key[7] = 7;
        Path server = directory.resolve("server");
        Path home = directory.resolve("home");
        ServerCopy.make(Path.of(System.getProperty("server.home")), server);
        Path configuration = server.resolve("standalone/configuration");
        Path xml = configuration.resolve("standalone.xml");
        String before = Files.readString(xml);
        Files.writeString(xml, before.replace("</audit-logging>", "</audit-logging>" + STORES));
        assertThat(before).contains("</audit-logging>");
        keep(configuration.resolve("narthex.cs"), Base64.getEncoder().encodeToString(key));
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_NIX_STORE", directory.resolve("none").toString());
        settings.put("NARTHEX_MASTER_KEY_CREDENTIAL", "narthex/master-key");
        settings.put("CREDENTIAL_STORE_PASSWORD", PASSWORD);

        try (LauncherProcess launcher = LauncherProcess.start(home, server, settings)) {
            assertThat(launcher.awaitBanner()).contains("in nix.conf");
            assertThat(new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_PORT"))
                            .get("/public-key")
                            .status())
                    .isEqualTo(200);
            URI login =
                    URI.create(Files.readString(home.resolve("superuser.uri")).strip());
            byte[] name = HashAlgorithm.SHA256.newDigest().digest(key);
            assertThat(Rows.by(login).texts("select encode(substr(sealed_secret, 2, 8), 'hex') from signing_key"))
                    .containsExactly(HexFormat.of().formatHex(name, 0, 8));
        }
        assertThat(home.resolve("master-key")).doesNotExist();
        assertThat(refusal(home, server, settings, "NARTHEX_MASTER_KEY_CREDENTIAL", "narthex/other"))
                .startsWith(
                        "narthex: the master key cannot be had from NARTHEX_MASTER_KEY_CREDENTIAL narthex/other (the"
                                + " credential store has no alias other)");
        assertThat(refusal(home, server, settings, "NARTHEX_MASTER_KEY_CREDENTIAL", "other/master-key"))
                .contains("(WildFly has no credential store of that name)");
    }

    /** As {@code elytron-tool.sh credential-store --create … --add master-key} does it. */
    private static void keep(Path file, String secret) throws Exception {
        CredentialStore store = CredentialStore.getInstance(
                KeyStoreCredentialStore.KEY_STORE_CREDENTIAL_STORE,
                WildFlyElytronCredentialStoreProvider.getInstance());
        store.initialize(
                // what the tool and WildFly take where nothing is said
                Map.of("location", file.toString(), "create", "true", "keyStoreType", "JCEKS"),
                new CredentialStore.CredentialSourceProtectionParameter(
                        IdentityCredentials.NONE.withCredential(credential(PASSWORD))),
                new Provider[] {WildFlyElytronPasswordProvider.getInstance()});
        store.store("master-key", credential(secret), null);
        store.flush();
    }

    private static PasswordCredential credential(String text) {
        return new PasswordCredential(ClearPassword.createRaw(ClearPassword.ALGORITHM_CLEAR, text.toCharArray()));
    }

    private static String refusal(Path home, Path server, Map<String, String> settings, String name, String value)
            throws Exception {
        Map<String, String> other = new HashMap<>(settings);
        other.put(name, value);
        try (LauncherProcess launcher = LauncherProcess.start(home, server, other)) {
            assertThat(launcher.awaitEnd()).isEqualTo(78);
            return launcher.output().lines().toList().getLast();
        }
    }
}
