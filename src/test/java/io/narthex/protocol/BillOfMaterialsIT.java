package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.cyclonedx.Version;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.model.Dependency;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code …/paths/{hash}/sbom}, read by CycloneDX's own library. */
@ExtendWith(SharedServer.class)
class BillOfMaterialsIT {
    private final NixStore store = NixStore.served();
    private final ApiClient client = new ApiClient("");

    @Test
    void saysWhatAClosureConsistsOf() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath top = store.evaluate("let ssl = builtins.toFile \"openssl-3.0.1\" \"" + cache.tenant() + "\";"
                + " lib = builtins.toFile \"lib-1.2-dev\" \"${ssl}\"; in builtins.toFile \"app\" \"${lib} ${ssl}\"");
        cache.push(store, top, "zstd");

        HttpResponse<String> answer = client.as(cache.token(), "GET", url(cache, top), "");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.cyclonedx+json;version=1.6");
        byte[] json = answer.body().getBytes(StandardCharsets.UTF_8);
        JsonParser parser = new JsonParser();
        assertThat(parser.validate(json, Version.VERSION_16)).isEmpty();
        Bom bom = parser.parse(json);
        assertThat(bom.getMetadata().getComponent().getBomRef()).isEqualTo(top.baseName());
        assertThat(bom.getComponents())
                .extracting(Component::getName, Component::getVersion)
                .containsExactlyInAnyOrder(tuple("openssl", "3.0.1"), tuple("lib", "1.2"));
        assertThat(bom.getComponents()).allSatisfy(component -> {
            assertThat(component.getHashes()).hasSize(1);
            assertThat(component.getPurl()).isNull();
            assertThat(component.getProperties())
                    .anySatisfy(property -> assertThat(property.getName()).isEqualTo("nix:narSize"));
        });
        Dependency root = bom.getDependencies().stream()
                .filter(each -> each.getRef().equals(top.baseName()))
                .findFirst()
                .orElseThrow();
        assertThat(root.getDependencies())
                .extracting(Dependency::getRef)
                .hasSize(2)
                .anyMatch(ref -> ref.endsWith("-openssl-3.0.1"));
        assertThat(bom.getDependencies()).hasSize(3);
    }

    @Test
    void isThereForWhoMayReadThePathAlone() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("listed", cache.tenant());
        cache.push(store, path, "none");

        assertThat(client.as("", "GET", url(cache, path), "").statusCode()).isEqualTo(401);
        assertThat(client.as(TenantCache.make("{}").token(), "GET", url(cache, path), "")
                        .statusCode())
                .isEqualTo(404);
        cache.administer(
                "PUT",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/denied/listed",
                "{\"pattern\":\"listed\",\"reason\":\"dark\"}");
        assertThat(client.as(cache.token(), "GET", url(cache, path), "").statusCode())
                .isEqualTo(404);
    }

    private static String url(TenantCache cache, StorePath path) {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash() + "/sbom";
    }
}
