package io.narthex.access;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenRequest;
import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.Listing;
import io.narthex.http.Page;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of requests about tokens, makes the call, and writes tokens as JSON. */
@ApplicationScoped
class TokenOperations {
    private static final List<String> FIELDS = List.of("note", "scopes", "caches", "expiresAt");
    private static final int LONGEST_NOTE = 1_000;
    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,18}");

    @Inject
    private TokenAdministration tokens;

    private final Clock clock = Clock.systemUTC();

    /** Makes what a body wants. */
    TokenAdministration.Made make(@Nullable TenantName tenant, InputStream body, Caller caller) throws IOException {
        JsonBody json = JsonBody.read(body, FIELDS);
        JsonField<Instant> end = json.instant("expiresAt");
        TokenRequest request = new TokenRequest(
                json.text("note", LONGEST_NOTE).or("", ""),
                Set.copyOf(json.choices("scopes", Scope.class).or(List.of(), List.of())),
                json.list("caches", CachePattern.SENTENCE, Optional::of).or(List.of(), List.of()),
                end.named()
                        ? end.value()
                        : clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(TokenPolicy.USUAL));
        return tokens.make(tenant, shortened(request, end.named(), maker(caller)), maker(caller));
    }

    /** Who says no end gets the usual one, or that of the token that makes it where this is sooner. */
    private static TokenRequest shortened(TokenRequest request, boolean named, @Nullable Token maker) {
        Instant own = maker == null ? null : maker.expiresAt();
        Instant end = request.expiresAt();
        return !named && own != null && end != null && end.isAfter(own)
                ? new TokenRequest(request.note(), request.scopes(), request.caches(), own)
                : request;
    }

    private static @Nullable Token maker(Caller caller) {
        return caller instanceof Caller.Holder holder && !holder.token().administersServer() ? holder.token() : null;
    }

    TokenResponse get(@Nullable TenantName tenant, String id, Caller caller) {
        return TokenResponse.of(tokens.get(tenant, id, maker(caller)));
    }

    void revoke(@Nullable TenantName tenant, String id, Caller caller) {
        tokens.revoke(tenant, id, maker(caller));
    }

    Listing<TokenResponse> list(
            @Nullable TenantName tenant, @Nullable String limit, @Nullable String after, Caller caller) {
        Page page = Page.parse(limit, after, CURSOR);
        String cursor = page.after();
        List<Token> found = tokens.list(
                tenant, cursor == null ? Long.MAX_VALUE : Long.parseLong(cursor), page.limit() + 1, maker(caller));
        return page.listing(found, TokenResponse::of, token -> Long.toString(token.id()));
    }
}
