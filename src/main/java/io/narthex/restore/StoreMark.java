package io.narthex.restore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * What lies beside the stored files, as JSON.
 *
 * @param incarnation of the database that they belong to
 * @param counter how often an hour has passed in it
 * @param tokens public ids of tokens that were revoked lately
 * @param keys public keys that were revoked, in base64
 * @param holds legal holds: the tenant, and the name of the hold behind a slash where it has one
 */
public record StoreMark(UUID incarnation, long counter, List<String> tokens, List<String> keys, List<String> holds) {
    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    public StoreMark {
        tokens = List.copyOf(tokens);
        keys = List.copyOf(keys);
        holds = List.copyOf(holds);
    }

    byte[] bytes() {
        try {
            return JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a mark is no JSON", e);
        }
    }

    /** @throws IOException if it is not one */
    static StoreMark parse(byte[] bytes) throws IOException {
        return JSON.readValue(bytes, StoreMark.class);
    }
}
