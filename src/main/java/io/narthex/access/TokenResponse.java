package io.narthex.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.configuration.Secret;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes a token.
 *
 * @param token its text, told once when it is made, and absent ever after
 */
record TokenResponse(
        String id,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String token,
        @Nullable String tenant,
        String note,
        List<String> scopes,
        List<String> caches,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {
    static TokenResponse of(Token token) {
        return of(token, null);
    }

    static TokenResponse of(Token token, @Nullable Secret text) {
        Token.Owner owner = token.tenant();
        return new TokenResponse(
                token.publicId(),
                text == null ? null : text.reveal(),
                owner == null ? null : owner.name(),
                token.note(),
                token.grant().scopes().stream().sorted().map(Scope::text).toList(),
                token.caches(),
                token.createdAt(),
                token.expiresAt(),
                token.revokedAt(),
                token.lastUsedAt());
    }
}
