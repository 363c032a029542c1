package io.narthex.trust;

import io.narthex.access.token.Tokens;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** Ends the tokens that a trust has made. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class TrustTokens {
    private final Clock clock = Clock.systemUTC();

    @Inject
    private Tokens tokens;

    @Inject
    private Changes changes;

    /** From the end of the transaction on they open nothing; gives how many they were. */
    int revoke(long trust) {
        int ended = tokens.revokeOfTrust(trust, clock.instant().truncatedTo(ChronoUnit.MICROS));
        if (ended > 0) {
            changes.record(ChangeKind.TRUST, trust, null);
        }
        return ended;
    }
}
