package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.narthex.it.SharedServer;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The description of the API, held to what the API is. */
@ExtendWith(SharedServer.class)
class OpenApiIT {
    private static final String DOCUMENT = "/api/v1/openapi";

    private final ApiClient client = new ApiClient("");

    @Test
    void isThereAsJsonAndAsYaml() throws Exception {
        HttpResponse<String> json = client.get(DOCUMENT, "Accept", "application/json");
        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(ApiClient.json(json).path("info").path("title").asText()).isEqualTo("Narthex");
        HttpResponse<String> yaml = client.get(DOCUMENT + "?format=YAML");
        assertThat(yaml.body()).contains("/api/v1/tenants/{tenant}:");
        assertThat(client.get("/openapi").statusCode()).isEqualTo(404);
    }

    @Test
    void refusesAFormatThatItDoesNotHave() throws Exception {
        HttpResponse<String> answer = client.get(DOCUMENT + "?format=XML");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("The format is JSON or YAML");
    }

    @Test
    void isYamlForWhoAcceptsAnything() throws Exception {
        HttpResponse<String> answer = client.get(DOCUMENT, "Accept", "*/*");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/yaml");
        assertThat(answer.headers().firstValue("Vary")).hasValue("Accept");
    }

    @Test
    void describesEveryCallOfTheApiAndNoOther() throws Exception {
        Set<String> described = new TreeSet<>();
        ApiCall.all(client).forEach(call -> described.add(call.method() + " " + call.path()));
        assertThat(described).isEqualTo(routes());
    }

    /** As an administrator, in an order that makes what it asks for and takes it away. */
    @Test
    void foretellsTheAnswerToEachCall() throws Exception {
        List<ApiCall> calls = ApiCall.all(client);
        calls.sort(Comparator.comparingInt((ApiCall call) -> List.of("put", "post", "get", "delete")
                        .indexOf(call.method().toLowerCase(Locale.ROOT)))
                .thenComparingInt(call -> call.method().equals("DELETE")
                        ? -call.path().length()
                        : call.path().length()));
        Ids ids = new Ids();
        for (ApiCall call : calls) {
            HttpResponse<String> answer = client.asAdministrator(call.method(), ids.fill(call.path()), body(call));
            JsonNode response = call.operation().path("responses").path(Integer.toString(answer.statusCode()));
            assertThat(response.isMissingNode())
                    .as(call.method() + " " + call.path() + " answers " + answer.statusCode() + " " + answer.body())
                    .isFalse();
            ids.learn(call, answer);
            if (answer.statusCode() < 300
                    && answer.statusCode() != 204
                    && !call.path().equals(DOCUMENT)) {
                fields(call, answer, response);
            }
        }
    }

    /** Each field of an answer is described, and those that must be there are. */
    private void fields(ApiCall call, HttpResponse<String> answer, JsonNode response) throws Exception {
        JsonNode schema =
                resolve(response.path("content").path("application/json").path("schema"));
        JsonNode object = ApiClient.json(answer);
        assertThat(schema.path("properties").fieldNames())
                .toIterable()
                .as(call.method() + " " + call.path())
                .containsAll(() -> object.fieldNames());
        JsonNode items = schema.path("properties").path("items");
        if (!items.isMissingNode() && object.path("items").has(0)) {
            JsonNode item = resolve(items.path("items"));
            assertThat(item.path("properties").fieldNames())
                    .toIterable()
                    .as(call.method() + " " + call.path())
                    .containsAll(() -> object.path("items").path(0).fieldNames());
        }
    }

    private static String body(ApiCall call) {
        if (call.path().endsWith("/tokens")) {
            return call.method().equals("POST") ? "{\"scopes\":[\"pull\"]}" : "";
        }
        if (call.path().endsWith("/revocation")) {
            return "{\"reason\":\"as described\"}";
        }
        if (call.method().equals("PUT") && call.path().endsWith("/issuers/{name}")) {
            return "{\"issuer\":\"https://issuer.example.com\"}";
        }
        if (call.method().equals("PUT") && call.path().endsWith("/trusts/{name}")) {
            return "{\"issuer\":\"https://issuer.example.com\",\"audience\":\"walked\",\"scopes\":[\"pull\"],"
                    + "\"claims\":{\"sub\":[\"x\"]}}";
        }
        if (call.path().endsWith("/denied/{rule}")) {
            return call.method().equals("PUT") ? "{\"pattern\":\"described-*\",\"reason\":\"as described\"}" : "";
        }
        return call.method().equals("PUT") ? "{}" : "";
    }

    /** What stands in the place of a path's parameters. */
    private static final class Ids {
        private String tenantToken = "x";
        private String serverToken = "x";

        String fill(String path) {
            return path.replace("{upstream}", "walked")
                    .replace("{tenant}", "walked")
                    .replace("{cache}", "ci")
                    .replace("{hash}", "00000000000000000000000000000000")
                    .replace("{pin}", "production")
                    .replace("promotions/{id}", "promotions/1")
                    .replace("{rule}", "described")
                    .replace("{key}", "no-such-key-1")
                    .replace("{name}", "described")
                    .replace("{job}", "no-such-job")
                    .replace("{name}", "no-such-name")
                    .replace("runs/{id}", "runs/1")
                    .replace("{id}", path.contains("{tenant}") ? tenantToken : serverToken);
        }

        void learn(ApiCall call, HttpResponse<String> answer) throws Exception {
            if (call.path().endsWith("/tokens") && call.method().equals("POST")) {
                String id = ApiClient.json(answer).path("id").asText();
                if (call.path().contains("{tenant}")) {
                    tenantToken = id;
                } else {
                    serverToken = id;
                }
            }
        }
    }

    private JsonNode resolve(JsonNode schema) throws Exception {
        String reference = schema.path("$ref").asText();
        return reference.isEmpty() ? schema : document().at(reference.substring(1));
    }

    private JsonNode document() throws Exception {
        return ApiCall.description(client);
    }

    private static Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.narthex")) {
            if (type.isAnnotatedWith(Path.class)
                    && type.getAnnotationOfType(Path.class).value().startsWith("/api/v1")) {
                type.getMethods().forEach(method -> add(routes, type, method));
            }
        }
        return routes;
    }

    private static void add(Set<String> routes, JavaClass type, JavaMethod method) {
        method.getAnnotations().stream()
                .map(annotation -> annotation.getRawType().tryGetAnnotationOfType(HttpMethod.class))
                .flatMap(java.util.Optional::stream)
                .forEach(http -> routes.add(http.value() + " "
                        + type.getAnnotationOfType(Path.class).value()
                        + method.tryGetAnnotationOfType(Path.class)
                                .map(path -> "/" + path.value())
                                .orElse("")));
    }
}
