package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Nginx;
import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.it.TestCertificate;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cache whose paths lie in uploads and behind two upstreams of which neither is of our making in this test: a tree that {@code
 * nix copy} wrote behind nginx, and a private cache of another Narthex that wants credentials.
 */
class RealUpstreamsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private OwnServer start(String name, Map<String, String> more) throws Exception {
        return OwnServer.start(Files.createDirectories(directory.resolve(name)), more);
    }

    private static String upstream(String url, String keys, String tenant, String more) {
        return "{\"url\":\"" + url + "\",\"trustedPublicKeys\":[\"" + keys + "\"],\"offeredTo\":[\"" + tenant + "\"]"
                + more + "}";
    }

    private static String source(TenantCache cache, StorePath path) throws Exception {
        HttpResponse<byte[]> answer = cache.get(path.hash() + ".narinfo");
        return answer.headers().firstValue("X-Narthex-Source").orElse("none");
    }

    /** A directory with a file of the same name. */
    private StorePath tree(NixStore store, String name) throws Exception {
        Path made = Files.createDirectories(directory.resolve("contents").resolve(name));
        Files.writeString(made.resolve(name), name);
        return store.add(made);
    }

    @Test
    void buildsAndFetchesByOneSubstituterAndOneKey() throws Exception {
        TestCertificate certificate = TestCertificate.of(directory, "ip:127.0.0.1");
        Path password = Files.writeString(directory.resolve("password"), TestCertificate.PASSWORD);
        Map<String, String> tls = new HashMap<>(LauncherProcess.freePorts());
        tls.put("NARTHEX_TLS_KEYSTORE_FILE", certificate.keyStore().toString());
        tls.put("NARTHEX_TLS_KEYSTORE_PASSWORD_FILE", password.toString());
        Map<String, String> trusting = Map.of(
                "NARTHEX_TRUST_STORE_FILE", certificate.pem().toString(), "NARTHEX_UPSTREAM_ADDRESSES", "127.0.0.1");
        SecretKey key = SecretKey.generate("tree-1", new SecureRandom());
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath pushed = tree(builder, "pushed");
        StorePath inTree = tree(builder, "in-tree");
        StorePath farAway = tree(builder, "far-away");
        builder.sign(inTree, key.toText());
        Path tree = Files.createDirectories(directory.resolve("tree"));
        builder.run("nix", "copy", "--from", builder.uri(), "--to", "file://" + tree, NixStore.path(inTree));
        try (OwnServer other = start("other", tls);
                OwnServer server = start("server", trusting);
                Nginx nginx = Nginx.over(tree, directory.resolve("nginx"))) {
            TenantCache secret = other.cache("{}");
            secret.push(builder, farAway, "xz");
            TenantCache cache = server.cache("{\"visibility\":\"private\"}");
            String tenant = cache.tenant();
            cache.administer("PUT", "/api/v1/upstreams/tree", upstream(nginx.url(), "" + key.publicKey(), tenant, ""));
            String url = "https://127.0.0.1:" + tls.get("NARTHEX_HTTPS_PORT") + "/" + secret.tenant() + "/ci";
            String credentials = ",\"credentials\":{\"kind\":\"bearer\",\"token\":\"" + secret.token() + "\"}";
            cache.administer("PUT", "/api/v1/upstreams/other", upstream(url, secret.keys(), tenant, credentials));
            cache.administer(
                    "PUT",
                    "/api/v1/tenants/" + tenant + "/caches/ci",
                    "{\"sources\":[\"uploads\",\"upstream:tree\",\"upstream:other\"]}");
            cache.push(builder, pushed, "zstd");
            assertThat(List.of(source(cache, pushed), source(cache, inTree), source(cache, farAway)))
                    .containsExactly("uploads", "upstream:tree", "upstream:other");
            String expression = "derivation { name = \"built\"; system = \"builtin\"; builder = \"builtin:buildenv\";"
                    + " manifest = \"/dummy\"; derivations = map (p: [ \"true\" 5 1 (builtins.storePath p) ])"
                    + " [ " + NixStore.path(pushed) + " " + NixStore.path(inTree) + " " + NixStore.path(farAway)
                    + " ]; }";

            NixClient reader = new NixClient(directory.resolve("reader"), cache.urlWithToken(), cache.keys());
            for (StorePath path : List.of(pushed, inTree, farAway)) {
                reader.realise(path);
                assertThat(reader.store().dump(path)).isEqualTo(builder.dump(path));
            }
            StorePath built = reader.store().build(expression);

            assertThat(reader.store().locate(built)).isDirectoryContaining("glob:**far-away");
            cache.administer(
                    "PUT",
                    "/api/v1/upstreams/other",
                    "{\"credentials\":{\"kind\":\"basic\",\"username\":\"any\",\"password\":\"" + secret.token()
                            + "\"}}");
            StorePath later = builder.evaluate("builtins.toFile \"later\" \"4\"");
            secret.push(builder, later, "xz");
            NixClient second = new NixClient(directory.resolve("second"), cache.urlWithToken(), cache.keys());
            second.copy(later);
            assertThat(second.store().dump(later)).isEqualTo(builder.dump(later));
        }
    }
}
