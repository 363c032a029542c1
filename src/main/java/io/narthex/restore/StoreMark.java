package io.narthex.restore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What lies beside the stored files, as JSON.
 *
 * @param incarnation of the database that they belong to
 * @param counter how often an hour has passed in it
 * @param tokens public ids of tokens that were revoked lately
 * @param keys public keys that were revoked, in base64
 * @param holds legal holds: the tenant, and the name of the hold behind a slash where it has one
 * @param denials rules that say what may not be given out
 */
public record StoreMark(
        UUID incarnation,
        long counter,
        List<String> tokens,
        List<String> keys,
        List<String> holds,
        List<DenialRule> denials) {
    /**
     * A rule of a cache or of the server.
     *
     * @param cache {@code tenant/cache}; null: the server's
     * @param hash in base64, as the next one; two of pattern, hash and NAR hash are null
     * @param until when it ends; null: never
     */
    public record DenialRule(
            @Nullable String cache,
            String name,
            @Nullable String pattern,
            @Nullable String hash,
            @Nullable String narHash,
            boolean dependents,
            String reason,
            @Nullable String until) {
        /** The name that it has in the differences. */
        String fullName() {
            return cache == null ? name : cache + "/" + name;
        }
    }

    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    public StoreMark {
        tokens = List.copyOf(tokens);
        keys = List.copyOf(keys);
        holds = List.copyOf(holds);
        // a mark of an earlier version has none
        denials = Objects.requireNonNullElse(denials, List.<DenialRule>of());
    }

    byte[] bytes() {
        try {
            return JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a mark is no JSON", e);
        }
    }

    /** The rules as the database takes them. */
    String denialsAsJson() {
        try {
            return JSON.writeValueAsString(denials);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("rules are no JSON", e);
        }
    }

    /** Rules as the database gives them. */
    static List<DenialRule> denials(String json) {
        try {
            return List.of(JSON.readValue(json, DenialRule[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the rules of the database are no JSON", e);
        }
    }

    /** @throws IOException if it is not one */
    static StoreMark parse(byte[] bytes) throws IOException {
        return JSON.readValue(bytes, StoreMark.class);
    }
}
