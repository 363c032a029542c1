package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.it.CuttingProxy;
import io.narthex.it.NixClient;
import io.narthex.it.NixFailedException;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The real Nix fetches from the server, into a store that has nothing and with no key but the server's. */
@ExtendWith(SharedServer.class)
class NixClientIT {
    private static final String URL = System.getProperty("it.url");

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void fetchesAClosureAndFindsItWhole() throws Exception {
        StorePath top = chain("closure", 4);
        NixClient client = client("store");

        client.realise(top);

        String closure = client.run("nix-store", "--store", client.store().uri(), "-qR", NixStore.path(top));
        assertThat(closure.lines()).hasSize(4);
        client.store().verifyContents();
    }

    @Test
    void fetchesByNixCopy() throws Exception {
        StorePath top = chain("copied", 3);
        NixClient client = client("store");

        client.copy(top);

        assertThat(Files.readString(client.store().locate(top))).startsWith("copied 3 ");
        client.store().verifyContents();
    }

    @Test
    void fetchesWhatIsNoTextAndWhatWasBuilt() throws Exception {
        StorePath built = served.build(Recipes.environment("built"));
        NixClient client = client("store");

        client.realise(built);

        assertThat(Files.readSymbolicLink(client.store().locate(built).resolve("manifest.nix")))
                .hasToString(Files.readSymbolicLink(served.locate(built).resolve("manifest.nix"))
                        .toString());
        client.store().verifyContents();
    }

    @Test
    void isRefusedByAClientThatTrustsAnotherKey() throws Exception {
        StorePath built = served.build(Recipes.environment("refused"));
        String foreign =
                SecretKey.generate("foreign-1", new SecureRandom()).publicKey().toString();
        NixClient client = new NixClient(directory.resolve("store"), URL, foreign);

        assertThatThrownBy(() -> client.realise(built))
                .isInstanceOf(NixFailedException.class)
                .hasMessageContaining("is not signed by any of the keys in 'trusted-public-keys'");
        assertThat(client.store().locate(built)).doesNotExist();
    }

    @Test
    void isRefusedByAClientThatTrustsTheNameWithOtherBytes() throws Exception {
        StorePath built = served.build(Recipes.environment("imposed"));
        String name = publicKey().substring(0, publicKey().indexOf(':'));
        String imposed =
                SecretKey.generate(name, new SecureRandom()).publicKey().toString();

        assertThatThrownBy(() -> new NixClient(directory.resolve("store"), URL, imposed).realise(built))
                .isInstanceOf(NixFailedException.class)
                .hasMessageContaining("is not signed by any of the keys in 'trusted-public-keys'");
    }

    @Test
    void servesAPathAtOnceAlsoWhenItWasAskedForBeforeItCame() throws Exception {
        Path tree = Files.write(directory.resolve("late"), Recipes.bytes(3_000));
        NixStore elsewhere = NixStore.in(directory.resolve("elsewhere"));
        StorePath path = elsewhere.add(tree);
        String narInfo = "/" + path.hash() + ".narinfo";
        assertThat(wire.get(narInfo).status()).isEqualTo(404);
        assertThat(wire.get(narInfo).status()).isEqualTo(404);

        served.add(tree);

        assertThat(wire.get(narInfo).status()).isEqualTo(200);
        client("store").realise(path);
    }

    @Test
    void servesTheNarOfAPathWhoseNarInfoNobodyAskedFor() throws Exception {
        NixStore elsewhere = NixStore.in(directory.resolve("elsewhere"));
        Path tree = Files.write(directory.resolve("unasked"), Recipes.bytes(2_000));
        String narHash = elsewhere
                .run("nix-store", "--store", elsewhere.uri(), "-q", "--hash", NixStore.path(elsewhere.add(tree)))
                .strip();
        String url = "/nar/" + narHash.substring("sha256:".length()) + ".nar";
        assertThat(wire.get(url).status()).isEqualTo(404);

        served.add(tree);

        assertThat(wire.get(url).status()).isEqualTo(200);
    }

    @Test
    void servesNoPathThatNixDeleted() throws Exception {
        StorePath path = served.add("deleted", Recipes.bytes(500));
        String narInfo = "/" + path.hash() + ".narinfo";
        assertThat(wire.get(narInfo).status()).isEqualTo(200);

        served.delete(path);

        assertThat(wire.get(narInfo).status()).isEqualTo(404);
        assertThat(wire.get("/nar/" + path.hash() + ".nar").status()).isEqualTo(404);
        assertThatThrownBy(() -> client("store").realise(path)).isInstanceOf(NixFailedException.class);
    }

    @Test
    void servesAPathThatCameBackAfterItWasDeleted() throws Exception {
        byte[] contents = Recipes.bytes(700);
        StorePath path = served.add("returned", contents);
        assertThat(wire.get("/" + path.hash() + ".narinfo").status()).isEqualTo(200);
        served.delete(path);
        assertThat(wire.get("/" + path.hash() + ".narinfo").status()).isEqualTo(404);

        served.add("returned", contents);

        client("store").realise(path);
    }

    @Test
    void servesWhatNixCopyBrought() throws Exception {
        NixStore elsewhere = NixStore.in(directory.resolve("elsewhere"));
        StorePath path = elsewhere.add("brought", Recipes.bytes(100_000));
        assertThat(wire.get("/" + path.hash() + ".narinfo").status()).isEqualTo(404);

        elsewhere.run(
                "nix", "copy", "--no-check-sigs", "--from", elsewhere.uri(), "--to", served.uri(), NixStore.path(path));

        NixClient client = client("store");
        client.realise(path);
        client.store().verifyContents();
    }

    @Test
    void letsNixVerifyItFromAfar() throws Exception {
        StorePath built = served.build(Recipes.environment("verified"));
        NixClient client = client("store");

        client.run("nix", "store", "verify", "--store", URL, NixStore.path(built));

        assertThat(client.run("nix", "path-info", "--store", URL, "--sigs", NixStore.path(built)))
                .contains(publicKey().substring(0, publicKey().indexOf(':') + 1));
    }

    @Test
    void letsNixLookIntoAPathFromAfar() throws Exception {
        Path tree = directory.resolve("looked-into");
        Files.writeString(Files.createDirectories(tree.resolve("sub")).resolve("file"), "seen from afar");
        StorePath path = served.add(tree);

        assertThat(client("store").run("nix", "store", "cat", "--store", URL, NixStore.path(path) + "/sub/file"))
                .isEqualTo("seen from afar");
    }

    @Test
    void letsNixReadTheLogOfABuild() throws Exception {
        String expression =
                "derivation { name = \"failing\"; system = builtins.currentSystem;" + " builder = \"/nothing-here\"; }";
        assertThatThrownBy(() -> served.build(expression)).isInstanceOf(NixFailedException.class);
        String derivation = served.run("nix-instantiate", "--store", served.uri(), "-E", expression)
                .strip();

        assertThat(client("store").run("nix", "log", "--store", URL, derivation))
                .contains("/nothing-here");
    }

    @Test
    void letsAClientResumeEachTimeItIsCut() throws Exception {
        StorePath path = served.add("cut", Recipes.bytes(3_000_000));
        try (CuttingProxy proxy = new CuttingProxy(URL, List.of(400_000L, 600_000L, 500_000L))) {
            NixClient client = new NixClient(directory.resolve("store"), proxy.url(), publicKey());

            client.realise(path);

            assertThat(Files.mismatch(client.store().locate(path), served.locate(path)))
                    .isEqualTo(-1);
            assertThat(proxy.requests())
                    .filteredOn(r -> r.contains("Range: bytes="))
                    .hasSize(3);
        }
    }

    private String publicKey() throws IOException {
        return wire.get("/public-key").text().strip();
    }

    private NixClient client(String name) throws IOException {
        return new NixClient(directory.resolve(name), URL, publicKey());
    }

    /** A path that refers to a path that refers to … */
    private StorePath chain(String name, int length) throws IOException {
        String expression = "builtins.toFile \"" + name + "-1\" \"" + name + " 1\"";
        for (int i = 2; i <= length; i++) {
            expression = "builtins.toFile \"" + name + "-" + i + "\" \"" + name + " " + i + " ${" + expression + "}\"";
        }
        return served.evaluate(expression);
    }
}
