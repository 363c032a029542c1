package io.narthex.protocol;

import io.narthex.http.Conditions;
import io.narthex.http.HttpDate;
import io.narthex.nix.hash.HashAlgorithm;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Gives each answer whose bytes are known an entity tag, and answers 304 to who has it. */
@Provider
@ApplicationScoped
public class ValidatorFilter implements ContainerResponseFilter {
    /** Half a SHA-256 tells two texts apart well enough. */
    private static final int TAG_BYTES = 16;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        boolean read = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        if (!read || response.getStatus() != Response.Status.OK.getStatusCode()) {
            return;
        }
        byte[] body = bytes(response.getEntity());
        if (body != null && response.getHeaderString(HttpHeaders.ETAG) == null) {
            response.getHeaders().putSingle(HttpHeaders.ETAG, tag(body));
        }
        String modified = response.getHeaderString(HttpHeaders.LAST_MODIFIED);
        if (Conditions.isKnown(
                request.getHeaderString(HttpHeaders.IF_NONE_MATCH),
                request.getHeaderString(HttpHeaders.IF_MODIFIED_SINCE),
                response.getHeaderString(HttpHeaders.ETAG),
                modified == null ? null : HttpDate.parse(modified).orElse(Instant.MAX))) {
            response.setStatus(Response.Status.NOT_MODIFIED.getStatusCode());
            response.setEntity(null);
            response.getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
        }
    }

    private static byte @Nullable [] bytes(@Nullable Object entity) {
        if (entity instanceof byte[] bytes) {
            return bytes;
        }
        return entity instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : null;
    }

    private static String tag(byte[] body) {
        byte[] digest = HashAlgorithm.SHA256.newDigest().digest(body);
        return '"' + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + '"';
    }
}
