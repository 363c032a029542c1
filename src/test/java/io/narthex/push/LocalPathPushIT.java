package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import io.narthex.receive.Upload;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pushes of what a cache has from the machine's store already. */
@ExtendWith(SharedServer.class)
class LocalPathPushIT {
    private static final String SETTINGS = "{\"sources\":[\"local-store\",\"uploads\"]}";

    private final NixStore served = NixStore.served();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private void sign(TenantCache cache, StorePath path, String keyName) throws Exception {
        NixStore user = NixStore.in(directory.resolve("user"));
        Path key = Files.writeString(
                directory.resolve(keyName),
                SecretKey.generate(keyName, new SecureRandom()).toText());
        user.run(
                "nix",
                "store",
                "sign",
                "--store",
                cache.urlWithToken(),
                "--key-file",
                key.toString(),
                NixStore.path(path));
    }

    private static NarInfo narInfo(TenantCache cache, StorePath path) throws Exception {
        HttpResponse<byte[]> answer = cache.get(path.hash() + ".narinfo");
        assertThat(answer.statusCode()).isEqualTo(200);
        return NarInfoReader.read(answer.body());
    }

    private static List<String> foreignKeys(NarInfo info) {
        return info.signatures().stream()
                .map(Signature::keyName)
                .filter(name -> !name.contains("."))
                .toList();
    }

    @Test
    void addTheSignaturesOfNixStoreSignInThatCacheAlone() throws Exception {
        StorePath path = served.add("signed-over-http", "signed over HTTP");
        TenantCache cache = TenantCache.make(SETTINGS);
        TenantCache other = TenantCache.make(SETTINGS);
        NarInfo before = narInfo(cache, path);

        sign(cache, path, "first-1");
        sign(cache, path, "second-1");

        NarInfo after = narInfo(cache, path);
        assertThat(foreignKeys(after)).contains("first-1", "second-1");
        assertThat(after.signatures()).containsAll(before.signatures());
        assertThat(after.url()).isEqualTo(before.url());
        assertThat(foreignKeys(narInfo(other, path))).doesNotContain("first-1");
        // Nix signs the path in the machine's store too: both kinds show
        served.sign(path, SecretKey.generate("there-1", new SecureRandom()).toText());
        assertThat(foreignKeys(narInfo(cache, path))).contains("first-1", "second-1", "there-1");
        // and auditors see who signed, in that cache alone
        String seen = "select foreign_signatures::text from audit.paths where tenant = ? and cache = 'ci' and path = ?";
        assertThat(Rows.ofServer().texts(seen, cache.tenant(), path.baseName()))
                .singleElement()
                .asString()
                .contains("first-1:", "second-1:", "there-1:");
        assertThat(Rows.ofServer().texts(seen, other.tenant(), path.baseName()))
                .singleElement()
                .asString()
                .contains("there-1:")
                .doesNotContain("first-1:");
        // nothing new is fine
        assertThat(cache.put(
                                path.hash() + ".narinfo",
                                cache.get(path.hash() + ".narinfo").body())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void areJudgedByThePolicyOfTheCache() throws Exception {
        StorePath path = served.add("signed-and-dropped", "signed and dropped");
        TenantCache dropping =
                TenantCache.make("{\"sources\":[\"local-store\",\"uploads\"],\"foreignSignatures\":\"drop\"}");

        sign(dropping, path, "dropped-1");

        assertThat(foreignKeys(narInfo(dropping, path))).doesNotContain("dropped-1");
        String lie = new String(dropping.get(path.hash() + ".narinfo").body(), StandardCharsets.US_ASCII)
                .replaceFirst("(Sig: [^:]*:)....", "$1AAAA");
        HttpResponse<byte[]> refused = dropping.put(path.hash() + ".narinfo", lie.getBytes(StandardCharsets.US_ASCII));
        assertThat(refused.statusCode()).isEqualTo(400);
    }

    @Test
    void areConflictsWhereTheySayAnother() throws Exception {
        StorePath path = served.add("another", "one");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        HandPush other = HandPush.of(builder, builder.add("another", "another"), Compression.NONE);
        TenantCache cache = TenantCache.make(SETTINGS);
        NarInfo here = narInfo(cache, path);
        assertThat(other.putNar(cache)).isEqualTo(201);

        HttpResponse<byte[]> refused = cache.put(
                path.hash() + ".narinfo",
                other.narInfo()
                        .replace(other.path().baseName(), path.baseName())
                        .getBytes(StandardCharsets.US_ASCII));

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(new String(refused.body(), StandardCharsets.US_ASCII))
                .contains(here.narHash().nix32(), Upload.sha256(other.nar()).nix32());
        assertThat(narInfo(cache, path).narHash()).isEqualTo(here.narHash());
    }

    @Test
    void mayBringTheNarTooAndThenItStaysWithoutTheStore() throws Exception {
        StorePath path = served.add("brought-too", "brought too");
        TenantCache cache = TenantCache.make(SETTINGS);
        assertThat(narInfo(cache, path).url()).isNotEmpty();
        sign(cache, path, "before-1");
        HandPush push = HandPush.of(served, path, Compression.ZSTD);
        assertThat(push.putNar(cache)).isEqualTo(201);
        String info = push.narInfo()
                + narInfo(cache, path)
                        .contentAddress()
                        .map(ca -> "CA: " + ca + "\n")
                        .orElse("");
        assertThat(cache.put(push.narInfoUrl(), info.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);

        // what was pushed for the store's path alone stays
        assertThat(foreignKeys(narInfo(cache, path))).containsExactly("before-1");

        served.delete(path);

        NarInfo kept = narInfo(cache, path);
        assertThat(kept.compression()).isEqualTo("zstd");
        assertThat(foreignKeys(kept)).containsExactly("before-1");
    }

    @Test
    void cannotBeDeletedThroughTheApi() throws Exception {
        StorePath path = served.add("not-to-be-deleted", "not to be deleted");
        TenantCache cache = TenantCache.make(SETTINGS);
        HttpResponse<String> refused = new ApiClient("")
                .asAdministrator(
                        "DELETE",
                        "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash() + "?force=true");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(WireClient.toServer().get("/" + path.hash() + ".narinfo").status())
                .isEqualTo(200);
    }
}
