package io.narthex.console.oidc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.configuration.Oidc;
import io.narthex.configuration.Secret;
import io.narthex.configuration.Settings;
import io.narthex.http.JsonResolver;
import io.narthex.outbound.OutboundClient;
import io.narthex.outbound.OutboundDocument;
import io.narthex.outbound.OutboundException;
import io.narthex.outbound.OutboundRequest;
import io.narthex.outbound.OutboundRequest.Credentials;
import io.narthex.trust.PersonTokens;
import io.narthex.trust.PersonTokens.UnverifiedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The OpenID provider of the settings. Each call but {@link #settings} may wait for it. Thread-safe. */
@ApplicationScoped
public class Provider {
    /** OpenID Connect Discovery 1.0, 4. */
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    /** Providers change their URLs once in years, and tell of it by this document alone. */
    private static final long FRESH_NANOS = Duration.ofMinutes(10).toNanos();

    /** Of one answer: a person waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Bytes of an answer: an identity token may have 16,000, and there are two more beside it. */
    private static final int MOST = 256 << 10;

    /** Threads that wait for the provider, of the 24 that answer requests: anybody may begin a log-in. */
    private static final int WAITING = 4;

    private static final ObjectMapper JSON = new JsonResolver().getContext(JsonNode.class);

    private final Semaphore waiting = new Semaphore(WAITING);

    @Inject
    private Settings settings;

    @Inject
    private OutboundClient client;

    @Inject
    private PersonTokens tokens;

    private volatile @Nullable Known known;

    private record Known(Endpoints endpoints, long readAt) {}

    /**
     * What a code, or an earlier answer, was exchanged for.
     *
     * @param refresh by which the provider is asked anew; empty: it gives none
     */
    public record Answer(Person person, Optional<Secret> refresh) {}

    /** Empty: nobody logs in by a provider here. */
    public Optional<Oidc> settings() {
        return settings.oidc();
    }

    private Oidc oidc() {
        return settings.oidc().orElseThrow();
    }

    /**
     * Where to send a browser to log in.
     *
     * @param redirect where it comes back to
     * @param next a page of the console that follows, or empty
     * @param again whether the person is to show a password or the like, also one who is logged in there
     */
    public String authorizationUrl(Attempt attempt, String redirect, String next, boolean again)
            throws ProviderException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", oidc().clientId());
        query.put("redirect_uri", redirect);
        query.put("scope", oidc().scopes());
        query.put("state", attempt.state(next));
        query.put("nonce", attempt.nonce());
        query.put("code_challenge", attempt.challenge());
        query.put("code_challenge_method", "S256");
        if (again) {
            query.put("prompt", "login");
            query.put("max_age", "0");
        }
        Known now = known;
        URI to = (now != null && isFresh(now) ? now.endpoints() : inTurn(this::endpoints)).authorization();
        return to + (to.getRawQuery() == null ? "?" : "&") + form(query);
    }

    /** Exchanges the code that came back. */
    public Answer exchange(Attempt attempt, String code, String redirect) throws ProviderException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirect);
        form.put("code_verifier", attempt.verifier());
        return inTurn(() -> ask(form, attempt.nonce(), Optional.empty()));
    }

    /** Asks for the person anew: whether it is still one, and for the groups. */
    public Answer refresh(Secret refresh) throws ProviderException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refresh.reveal());
        return inTurn(() -> ask(form, null, Optional.of(refresh)));
    }

    /** Waits for the provider, as one of few. */
    private interface Asking<T> {
        T ask() throws ProviderException;
    }

    private <T> T inTurn(Asking<T> asking) throws ProviderException {
        if (!waiting.tryAcquire()) {
            throw ProviderException.away("Others wait for the provider already");
        }
        try {
            return asking.ask();
        } finally {
            waiting.release();
        }
    }

    private Answer ask(Map<String, String> form, @Nullable String nonce, Optional<Secret> former)
            throws ProviderException {
        try {
            JsonNode answer = post(endpoints(), form);
            if (!answer.path("id_token").isTextual()) {
                throw ProviderException.refused("The provider has given no identity token");
            }
            Map<String, Object> claims =
                    tokens.verify(new Secret(answer.path("id_token").asText()), oidc().issuer(), oidc().clientId());
            if (nonce != null && !nonce.equals(claims.get("nonce"))) {
                throw ProviderException.refused("The identity token is of another log-in");
            }
            JsonNode refresh = answer.path("refresh_token");
            return new Answer(
                    Person.of(claims, oidc().groupsClaim()),
                    refresh.isTextual() ? Optional.of(new Secret(refresh.asText())) : former);
        } catch (UnverifiedException e) {
            String sentence = "The identity token of the provider is not believed: " + e.getMessage();
            throw e.isPassing() ? ProviderException.away(sentence) : ProviderException.refused(sentence);
        }
    }

    private JsonNode post(Endpoints at, Map<String, String> form) throws ProviderException {
        OutboundRequest plain = OutboundRequest.of(at.token());
        Optional<Credentials> credentials = Optional.empty();
        String secret = oidc().clientSecret().reveal();
        if (!secret.isEmpty() && at.takesBasic()) {
            // RFC 6749, 2.3.1: both are encoded as a form first
            String pair = encoded(oidc().clientId()) + ":" + encoded(secret);
            String basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
            credentials = Optional.of(new Credentials(OutboundClient.originOf(at.token()), "Basic " + basic));
        } else {
            form.put("client_id", oidc().clientId());
            if (!secret.isEmpty()) {
                form.put("client_secret", secret);
            }
        }
        OutboundRequest request = new OutboundRequest(
                plain.uri(),
                Map.of("Accept", "application/json"),
                credentials,
                plain.redirectHosts(),
                plain.connect(),
                plain.stall());
        try {
            OutboundDocument answer = client.post(request, form(form), MOST, PATIENCE);
            return switch (answer.status()) {
                case 200 -> JSON.readTree(answer.body());
                // RFC 6749, 5.2: the code or the refresh token opens nothing any more
                case 400, 401, 403 ->
                    throw ProviderException.refused("The provider has refused it: log in there again");
                default -> throw ProviderException.away("The provider answers " + answer.status());
            };
        } catch (JsonProcessingException e) {
            throw ProviderException.away("The provider's answer is not JSON");
        } catch (OutboundException e) {
            throw ProviderException.away("The provider gives no answer: " + e.getMessage());
        } catch (IOException e) {
            throw ProviderException.away("The provider's answer cannot be read");
        }
    }

    private static boolean isFresh(Known known) {
        return System.nanoTime() - known.readAt() < FRESH_NANOS;
    }

    private Endpoints endpoints() throws ProviderException {
        Known now = known;
        if (now != null && isFresh(now)) {
            return now.endpoints();
        }
        try {
            String base = oidc().issuer().replaceAll("/$", "");
            OutboundDocument found = client.get(URI.create(base + DISCOVERY), MOST, PATIENCE);
            if (found.status() != 200) {
                throw ProviderException.away("The provider answers " + found.status() + " for its description");
            }
            Endpoints read = Endpoints.of(JSON.readTree(found.body()), oidc().issuer());
            known = new Known(read, System.nanoTime());
            return read;
        } catch (JsonProcessingException e) {
            throw ProviderException.away("The provider's description is not JSON");
        } catch (IOException e) {
            throw ProviderException.away("The provider gives no answer: " + e.getMessage());
        }
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(each -> each.getKey() + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
