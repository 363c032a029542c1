package io.narthex.trust;

import io.narthex.access.token.Scope;
import io.narthex.configuration.Secret;
import io.narthex.tenant.NameRule;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks for in exchange for an identity token (RFC 8693, 2.1).
 *
 * @param tenant whose token is wanted; null: the audience tells
 * @param cache the only cache that the token is to be for; null: all of the trust
 * @param scopes what it is to be for; empty: as much as may be
 * @param trust by which trust; null: the one that matches
 * @param idempotencyKey by which a repeated request is known; null: it is not to be repeated
 */
record ExchangeRequest(
        Secret subjectToken,
        @Nullable String tenant,
        @Nullable String cache,
        Set<Scope> scopes,
        @Nullable String trust,
        @Nullable String idempotencyKey) {
    static final String GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange";
    static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    /** RFC 8693, 3: an identity token is either. */
    static final Set<String> SUBJECT_TYPES =
            Set.of("urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token");

    private static final int LONGEST_KEY = 255;

    ExchangeRequest {
        scopes = Set.copyOf(scopes);
    }

    /**
     * Reads the parameters of a request.
     *
     * @param url of this server, with which a resource may begin
     * @throws ExchangeRefusedException naming the parameter that cannot be understood
     */
    static ExchangeRequest of(Map<String, String> parameters, String url, @Nullable String idempotencyKey) {
        if (!GRANT_TYPE.equals(parameters.get("grant_type"))) {
            throw new ExchangeRefusedException(ExchangeRefusal.GRANT_TYPE, "grant_type must be " + GRANT_TYPE);
        }
        String token = parameters.get("subject_token");
        if (token == null || token.isBlank()) {
            throw refused("subject_token must be the identity token");
        }
        if (!SUBJECT_TYPES.contains(parameters.getOrDefault("subject_token_type", ""))) {
            throw refused("subject_token_type must be urn:ietf:params:oauth:token-type:jwt");
        }
        if (!ACCESS_TOKEN.equals(parameters.getOrDefault("requested_token_type", ACCESS_TOKEN))) {
            throw refused("requested_token_type must be " + ACCESS_TOKEN);
        }
        if (parameters.containsKey("actor_token")) {
            throw refused("actor_token is not taken here");
        }
        if (idempotencyKey != null && (idempotencyKey.isBlank() || idempotencyKey.length() > LONGEST_KEY)) {
            throw refused("Idempotency-Key must have 1 to " + LONGEST_KEY + " characters");
        }
        String[] resource = resource(parameters.get("resource"), url);
        return new ExchangeRequest(
                new Secret(token.strip()),
                resource.length == 0 ? null : resource[0],
                resource.length == 0 ? null : resource[1],
                scopes(parameters.get("scope")),
                trust(parameters.get("trust")),
                idempotencyKey);
    }

    /** {@code /tenant/cache}, also with the server's URL before it. */
    private static String[] resource(@Nullable String text, String url) {
        if (text == null || text.isEmpty()) {
            return new String[0];
        }
        String path = text.startsWith(url + "/") ? text.substring(url.length()) : text;
        String[] names = path.split("/", -1);
        if (names.length != 3 || !names[0].isEmpty() || !NameRule.allows(names[1]) || !NameRule.allows(names[2])) {
            throw new ExchangeRefusedException(ExchangeRefusal.RESOURCE, "resource must be /tenant/cache");
        }
        return new String[] {names[1], names[2]};
    }

    private static Set<Scope> scopes(@Nullable String text) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String word : text == null ? new String[0] : text.strip().split(" +", -1)) {
            Optional<Scope> scope = Scope.tryParse(word);
            if (scope.isEmpty() && !word.isEmpty()) {
                throw new ExchangeRefusedException(ExchangeRefusal.SCOPE, "scope names what is no scope here");
            }
            scope.ifPresent(scopes::add);
        }
        return scopes;
    }

    private static @Nullable String trust(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (!NameRule.allows(text)) {
            throw refused("trust must be the name of a trust");
        }
        return text;
    }

    private static ExchangeRefusedException refused(String sentence) {
        return new ExchangeRefusedException(ExchangeRefusal.REQUEST, sentence);
    }
}
