package io.narthex.cache;

import java.util.List;

/** The JSON of a cache's gates; keys as {@code name:base64}. */
record GatesResponse(List<String> requiredSignatures, int minimumAgeHours) {
    GatesResponse {
        requiredSignatures = List.copyOf(requiredSignatures);
    }
}
