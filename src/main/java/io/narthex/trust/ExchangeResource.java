package io.narthex.trust;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.narthex.access.token.Scope;
import io.narthex.http.JsonBody;
import io.narthex.http.Public;
import io.narthex.http.RequestUrl;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.share.Sharer;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/oidc}: gives tokens for identity tokens, and tells what an identity token must be for. */
@Path("/api/v1/oidc")
@RequestScoped
public class ExchangeResource {
    private static final List<String> PARAMETERS = List.of(
            "grant_type",
            "subject_token",
            "subject_token_type",
            "requested_token_type",
            "actor_token",
            "resource",
            "scope",
            "trust");

    @Inject
    Exchange exchange;

    @Inject
    IssuerAdministration issuers;

    @Inject
    RequestUrl url;

    /** RFC 8693, 2.2.1. */
    record ExchangeResponse(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("issued_token_type") String issuedTokenType,
            @JsonProperty("token_type") String tokenType,
            @JsonProperty("expires_in") int expiresIn,
            String scope) {}

    /**
     * What a build needs to know before it asks its issuer for an identity token.
     *
     * @param audience with {@code {tenant}} in the place of the tenant's name, unless its trust says otherwise
     */
    record Configuration(
            String issuer,
            String kind,
            List<String> requiredClaims,
            String audience,
            String tokenEndpoint,
            String grantType,
            List<String> subjectTokenTypes) {}

    @POST
    @Path("token")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.APPLICATION_FORM_URLENCODED})
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
    @Public
    public Response token(
            @Context HttpHeaders headers,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            InputStream body)
            throws IOException {
        boolean form = MediaType.APPLICATION_FORM_URLENCODED_TYPE.isCompatible(headers.getMediaType());
        Exchange.ExchangedToken given = exchange.exchange(
                address(), form ? FormBody.read(body) : json(body), url.base().text(), idempotencyKey);
        boolean text = headers.getAcceptableMediaTypes().getFirst().isCompatible(MediaType.TEXT_PLAIN_TYPE)
                && !headers.getAcceptableMediaTypes().getFirst().isWildcardType();
        return Response.ok(text ? netrc(given) : answer(given))
                .type(text ? MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8") : MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static ExchangeResponse answer(Exchange.ExchangedToken given) {
        String scopes = given.scopes().stream().sorted().map(Scope::text).collect(Collectors.joining(" "));
        return new ExchangeResponse(
                given.token().reveal(), ExchangeRequest.ACCESS_TOKEN, "Bearer", given.seconds(), scopes);
    }

    private String netrc(Exchange.ExchangedToken given) {
        return "machine " + url.base().machine() + "\nlogin any\npassword "
                + given.token().reveal() + "\n";
    }

    private static Map<String, String> json(InputStream body) throws IOException {
        JsonBody json = JsonBody.read(body, PARAMETERS);
        Map<String, String> parameters = new HashMap<>();
        for (String name : PARAMETERS) {
            String value = json.secret(name, JsonBody.MOST).value();
            if (value != null) {
                parameters.put(name, value);
            }
        }
        return parameters;
    }

    private static String address() {
        return Sharer.ofStranger(
                        "",
                        ServletRequestContext.requireCurrent()
                                .getExchange()
                                .getSourceAddress()
                                .getAddress())
                .address();
    }

    @GET
    @Path("config")
    @Produces(MediaType.APPLICATION_JSON)
    @Public
    public Response config(@QueryParam("issuer") @Nullable String issuer) {
        if (issuer == null || issuer.isEmpty()) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "issuer must be the URL of an issuer");
        }
        Issuer known = issuers.findByUrl(issuer)
                .orElseThrow(
                        () -> new ProblemException(ProblemType.NOT_FOUND, "No issuer of this URL is allowed here"));
        String base = url.base().text();
        return Response.ok(new Configuration(
                        known.settings().url(),
                        known.settings().kind().text(),
                        known.settings().required(),
                        base + "/{tenant}",
                        base + "/api/v1/oidc/token",
                        ExchangeRequest.GRANT_TYPE,
                        ExchangeRequest.SUBJECT_TYPES.stream().sorted().toList()))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
