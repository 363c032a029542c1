package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.JsonResolver;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.key.KeyRing;
import io.narthex.key.KeyState;
import io.narthex.key.PublishedKey;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code public-keys.json}: every key that the cache ever had, with its state and dates. */
@Path("public-keys.json")
@Produces(MediaType.APPLICATION_JSON)
public class PublicKeysResource {
    private static final ObjectMapper JSON = new JsonResolver().getContext(KeyResponse.class);

    @Inject
    KeyRing ring;

    @Inject
    RequestedCache requested;

    /** @param nextAt when it becomes ACTIVE or RETIRED; null: nothing is planned */
    record KeyResponse(
            String name,
            String publicKey,
            KeyState state,
            Instant createdAt,
            @Nullable Instant activeAt,
            @Nullable Instant retiringAt,
            @Nullable Instant retiredAt,
            @Nullable Instant revokedAt,
            @Nullable Instant nextAt) {
        private static KeyResponse of(PublishedKey key) {
            return new KeyResponse(
                    key.publicKey().name(),
                    key.publicKey().toString(),
                    key.state(),
                    key.createdAt(),
                    key.activeAt(),
                    key.retiringAt(),
                    key.retiredAt(),
                    key.revokedAt(),
                    key.nextAt());
        }
    }

    @GET
    @Requires(Right.PULL)
    public Response get() throws JsonProcessingException {
        Cache cache = requested.get();
        List<KeyResponse> keys =
                ring.of(cache).all().stream().map(KeyResponse::of).toList();
        // as bytes, which ValidatorFilter can give an entity tag
        return Response.ok(JSON.writeValueAsBytes(keys))
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES))
                .build();
    }
}
