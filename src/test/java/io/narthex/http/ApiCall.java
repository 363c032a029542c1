package io.narthex.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A call of the API as its description has it. */
record ApiCall(String method, String path, JsonNode operation) {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

    static JsonNode description(ApiClient client) throws IOException, InterruptedException {
        return ApiClient.json(client.get("/api/v1/openapi?format=JSON"));
    }

    static List<ApiCall> all(ApiClient client) throws IOException, InterruptedException {
        List<ApiCall> calls = new ArrayList<>();
        description(client)
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (METHODS.contains(operation.getKey())) {
                        calls.add(new ApiCall(
                                operation.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation.getValue()));
                    }
                }));
        return calls;
    }
}
