package io.narthex.access;

import io.narthex.access.token.Token;
import io.narthex.access.token.TokenRequest;
import io.narthex.configuration.Secret;
import io.narthex.http.problem.ProblemException;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tokens of tenants, for the present caller, who administers the tenant: what the API does, without JSON. */
@ApplicationScoped
public class TenantTokens {
    @Inject
    private TokenAdministration tokens;

    @Inject
    private PresentCaller present;

    /** The newest that the caller may manage. */
    public List<Token> list(TenantName tenant, int most) {
        return told(() -> tokens.list(tenant, Long.MAX_VALUE, most, maker()));
    }

    /**
     * Makes one, and gives its text, which is told this once.
     *
     * @throws ProblemException where it cannot be, or is more than the caller has
     */
    public Secret make(TenantName tenant, TokenRequest request) {
        return told(() -> tokens.make(tenant, request, maker()).text());
    }

    /** When a token ends that the caller makes for so long: with the caller's own where that ends sooner. */
    public Instant end(Duration life) {
        Instant wanted = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(life);
        Token maker = maker();
        Instant own = maker == null ? null : maker.expiresAt();
        return own != null && own.isBefore(wanted) ? own : wanted;
    }

    /**
     * Ends one at once; once more changes nothing.
     *
     * @throws ProblemException 404, where there is none that the caller may manage
     */
    public void revoke(TenantName tenant, String publicId) {
        told(() -> {
            tokens.revoke(tenant, publicId, maker());
            return publicId;
        });
    }

    private static <T> T told(Supplier<T> call) {
        try {
            return call.get();
        } catch (TokenException e) {
            throw new ProblemException(e.problem());
        }
    }

    /** Null: the server's administrator. */
    private @Nullable Token maker() {
        return present.get() instanceof Caller.Holder holder && !holder.token().administersServer()
                ? holder.token()
                : null;
    }
}
