package io.narthex.trust;

import io.narthex.configuration.Secret;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

/**
 * Verifies the identity tokens of persons, by an issuer that a setting names. No rows of issuers or trusts are asked: nothing
 * is exchanged. Thread-safe.
 */
@ApplicationScoped
public class PersonTokens {
    /** No row of an issuer has it. */
    private static final int OF_THE_SETTING = 0;

    private final Clock clock = Clock.systemUTC();

    @Inject
    private IssuerDocuments documents;

    private IssuerKeys keys;

    /** Says that a token proves nothing; its message says why, to the operator. */
    public static final class UnverifiedException extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean passing;

        UnverifiedException(String sentence, boolean passing) {
            super(sentence);
            this.passing = passing;
        }

        /** Whether that is so because the issuer gives no keys now. */
        public boolean isPassing() {
            return passing;
        }
    }

    @PostConstruct
    void start() {
        keys = new IssuerKeys(documents, clock);
    }

    /**
     * What a token says, once its signature, issuer, audience and times are right (OpenID Connect Core 1.0, 3.1.3.7). May
     * wait for the issuer's keys.
     *
     * @param issuer its URL, as the token must have it
     * @param client for which the token must be made
     */
    public Map<String, Object> verify(Secret text, String issuer, String client) throws UnverifiedException {
        try {
            IdentityToken token = IdentityToken.parse(text);
            token.checkAlgorithm();
            if (!token.issuer().equals(issuer)) {
                throw new UnverifiedException("it is of another issuer", false);
            }
            token.verify(keys.of(asked(issuer), token.jws()).of(token.jws()));
            checkAudience(token, client);
            checkTimes(token);
            return token.claims().values();
        } catch (ExchangeRefusedException e) {
            throw new UnverifiedException(e.reason(), false);
        } catch (IssuerKeys.UnavailableException | IssuerKeys.BusyException e) {
            throw new UnverifiedException(String.valueOf(e.getMessage()), true);
        }
    }

    private static Issuer asked(String url) {
        Issuer.Settings settings =
                new Issuer.Settings(url, IssuerKind.GENERIC, null, null, false, Issuer.USUAL_LIFETIME_SECONDS);
        return new Issuer(OF_THE_SETTING, "log-in", settings, 0, Instant.EPOCH);
    }

    private static void checkAudience(IdentityToken token, String client) throws UnverifiedException {
        boolean alone = token.audiences().size() == 1;
        if (!token.audiences().contains(client)
                || !(alone || client.equals(token.claims().text("azp")))) {
            throw new UnverifiedException("it is for another client", false);
        }
    }

    private void checkTimes(IdentityToken token) throws UnverifiedException {
        long now = clock.instant().getEpochSecond();
        Long end = token.times().expiresAt();
        Long made = token.times().issuedAt();
        Long begin = token.times().notBefore();
        if (end == null || made == null || now - ExchangePolicy.LEEWAY >= end) {
            throw new UnverifiedException("it has expired, or does not say when it does", false);
        }
        if (Math.max(made, begin == null ? made : begin) > now + ExchangePolicy.LEEWAY) {
            throw new UnverifiedException("it is not valid yet", false);
        }
    }
}
