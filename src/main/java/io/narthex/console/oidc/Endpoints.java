package io.narthex.console.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;

/**
 * Where a provider is asked for what (OpenID Connect Discovery 1.0, 3).
 *
 * @param authorization where people are sent
 * @param token where codes are exchanged
 * @param takesBasic whether a client's secret is sent as a password, and not in the form
 */
record Endpoints(URI authorization, URI token, boolean takesBasic) {
    private static final String BASIC = "client_secret_basic";

    /**
     * Reads a provider's own description.
     *
     * @throws ProviderException where it is of another issuer, or names no URL with https
     */
    static Endpoints of(JsonNode found, String issuer) throws ProviderException {
        if (!issuer.equals(found.path("issuer").asText())) {
            throw ProviderException.away("The provider's description names another issuer");
        }
        JsonNode methods = found.path("token_endpoint_auth_methods_supported");
        boolean basic = !methods.isArray() || methods.isEmpty(); // the standard's default
        for (JsonNode method : methods) {
            basic |= BASIC.equals(method.asText());
        }
        return new Endpoints(https(found, "authorization_endpoint"), https(found, "token_endpoint"), basic);
    }

    private static URI https(JsonNode found, String name) throws ProviderException {
        try {
            URI uri = URI.create(found.path(name).asText());
            if ("https".equals(uri.getScheme()) && uri.getHost() != null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw ProviderException.away("The provider's description has no " + name + " with https");
    }
}
