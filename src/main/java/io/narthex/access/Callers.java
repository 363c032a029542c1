package io.narthex.access;

import io.narthex.access.Caller.Cause;
import io.narthex.access.Caller.Holder;
import io.narthex.access.Caller.Refused;
import io.narthex.access.token.LiveTokens;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenDigest;
import io.narthex.access.token.TokenText;
import io.narthex.change.Heartbeat;
import io.narthex.configuration.Secret;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out who the caller is from the Authorization header. Thread-safe. */
final class Callers {
    private final AdminToken adminToken;
    private final LiveTokens tokens;
    private final LiveTokens.Rows rows;
    private final Heartbeat heartbeat;
    private final LastUse lastUse;
    private final Clock clock;

    Callers(
            AdminToken adminToken,
            LiveTokens tokens,
            LiveTokens.Rows rows,
            Heartbeat heartbeat,
            LastUse lastUse,
            Clock clock) {
        this.adminToken = adminToken;
        this.tokens = tokens;
        this.rows = rows;
        this.heartbeat = heartbeat;
        this.lastUse = lastUse;
        this.clock = clock;
    }

    /**
     * Who sends these headers. May read a file, and changed tokens from the database.
     *
     * @param authorization all of that name; two are two callers, of whom neither is believed
     * @throws io.narthex.change.DatabaseAwayException where a token's worth cannot be known now
     */
    Caller of(List<String> authorization) {
        return of(authorization, clock.instant());
    }

    /**
     * The same for a request that began earlier.
     *
     * @param begun a token that has run out since is good, for a while; one that was revoked is not
     */
    Caller of(List<String> authorization, Instant begun) {
        if (authorization.isEmpty()) {
            return Caller.NOBODY;
        }
        if (authorization.size() > 1) {
            return new Refused(new Cause.Wrong());
        }
        Secret secret = PresentedToken.parse(authorization.get(0));
        String publicId = TokenText.publicId(secret);
        if (publicId != null) {
            heartbeat.require();
            tokens.refresh(rows);
            Token token = matching(publicId, secret);
            if (token != null) {
                return caller(token, moment(begun, clock.instant()));
            }
        }
        return adminToken.matches(secret) ? Caller.ADMINISTRATOR : new Refused(new Cause.Wrong());
    }

    /**
     * The holder of the token in this row, now.
     *
     * @throws io.narthex.change.DatabaseAwayException where its worth cannot be known now
     */
    Caller holding(long tokenId) {
        heartbeat.require();
        tokens.refresh(rows);
        Token token = tokens.find(tokenId);
        if (token == null) {
            // another node has made it a moment ago
            token = rows.of(List.of(tokenId)).stream().findFirst().orElse(null);
        }
        return token == null ? new Refused(new Cause.Wrong()) : caller(token, clock.instant());
    }

    /** The same from memory alone, at once; null where that cannot tell. The administrator's file is not looked at. */
    @Nullable
    Caller known(String authorization) {
        Secret secret = PresentedToken.parse(authorization);
        String publicId = TokenText.publicId(secret);
        if (publicId == null || !tokens.isCurrent() || !heartbeat.isHeard()) {
            return null;
        }
        Token token = matching(publicId, secret);
        return token == null ? null : caller(token, clock.instant());
    }

    /**
     * Who it was by what was read last, whatever has changed since; for sharing out, never for access. A change of some
     * token, which anybody may cause at any time, makes no stranger of the holders of all others.
     */
    Caller guessed(String authorization) {
        Secret secret = PresentedToken.parse(authorization);
        String publicId = TokenText.publicId(secret);
        Token token = publicId == null ? null : matching(publicId, secret);
        if (token != null) {
            return judged(token, clock.instant());
        }
        return adminToken.matchedLast(secret) ? Caller.ADMINISTRATOR : Caller.NOBODY;
    }

    private @Nullable Token matching(String publicId, Secret secret) {
        Token token = tokens.find(publicId);
        return token != null && token.digest().matches(TokenDigest.of(secret)) ? token : null;
    }

    private Caller caller(Token token, Instant at) {
        Caller caller = judged(token, at);
        if (caller instanceof Holder) {
            lastUse.note(token.id());
        }
        return caller;
    }

    /** By which moment's validity a request is judged now. */
    private static Instant moment(Instant begun, Instant now) {
        Instant longAgo = now.minus(Token.GRACE);
        return begun.isBefore(longAgo) ? longAgo : begun;
    }

    private static Caller judged(Token token, Instant at) {
        Instant revoked = token.revokedAt();
        if (revoked != null) {
            return new Refused(new Cause.Revoked(revoked), token);
        }
        Instant expires = token.expiresAt();
        if (expires != null && token.isExpired(at)) {
            return new Refused(new Cause.Expired(expires), token);
        }
        return new Holder(token);
    }
}
