package io.narthex.console;

import io.narthex.access.TenantTokens;
import io.narthex.access.token.Scope;
import io.narthex.access.token.TokenRequest;
import io.narthex.configuration.Secret;
import io.narthex.http.Right;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a token of the tenant for the cache, and shows it this once. */
@ApplicationScoped
public class MakeToken implements PageAction {
    /** As the API gives it where no end is named. */
    private static final Duration LIFE = Duration.ofDays(90);

    @Inject
    private TenantTokens tokens;

    @Override
    public String name() {
        return "make-token";
    }

    @Override
    public ConsolePage page() {
        return ConsolePage.CACHE;
    }

    @Override
    public Right right() {
        return Right.ADMINISTER_TENANT;
    }

    @Override
    public boolean needsFreshLogIn() {
        return false;
    }

    @Override
    public Result run(PageAddress address, ConsoleRequest form) {
        Set<Scope> scopes = Stream.of(Scope.values())
                .filter(scope -> form.posted("scope-" + scope.text()).equals("on"))
                .collect(Collectors.toSet());
        Secret made = tokens.make(
                CacheAddress.tenant(address),
                new TokenRequest(
                        form.posted("note").strip(),
                        scopes,
                        List.of(address.cache()),
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(LIFE)));
        return new Result.Shown("The token is shown this once: copy it now", made.reveal());
    }
}
