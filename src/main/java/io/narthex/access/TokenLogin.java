package io.narthex.access;

import io.narthex.access.Caller.Administrator;
import io.narthex.access.Caller.Cause;
import io.narthex.access.Caller.Holder;
import io.narthex.access.Caller.Nobody;
import io.narthex.access.Caller.Refused;
import io.narthex.access.token.Target;
import io.narthex.access.token.Token;
import io.narthex.cache.CacheDirectory;
import io.narthex.configuration.Secret;
import io.narthex.http.Right;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets the holder of a token act without sending it with each request. Who logs in shows the token once; what is kept of
 * it opens nothing by itself and ends with the token.
 */
@ApplicationScoped
public class TokenLogin {
    @Inject
    private Callers callers;

    @Inject
    private AdminToken adminToken;

    @Inject
    private PresentCaller present;

    @Inject
    private CacheDirectory caches;

    @Inject
    private RefusalRecord refusals;

    /**
     * What is kept of a token.
     *
     * @param token its row; null: it is the administrator's, which has none
     * @param proof shows whether the administrator's file still holds the token; null for all others
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    public record Credential(@Nullable Long token, byte @Nullable [] proof) {}

    /**
     * What came of showing a token.
     *
     * @param credential null: it opens nothing
     * @param sentence why not; empty where it opens something
     * @param isGuess whether the token never was one of this server
     */
    public record Answer(@Nullable Credential credential, String sentence, boolean isGuess) {}

    /** What a request may do. */
    public enum Entry {
        ALLOWED,
        /** It may know of it, and not do it. */
        FORBIDDEN,
        /** It may not know whether there is such a thing. */
        HIDDEN,
        /** The token opens nothing any more. */
        ENDED
    }

    /**
     * What to keep of a token that was shown. A refusal is recorded.
     *
     * @param key of what is kept: random, and shown again by who comes back
     * @throws io.narthex.change.DatabaseAwayException where the token's worth cannot be known now
     */
    public Answer show(Secret token, byte[] key, String url) {
        Caller caller = callers.of(List.of("Bearer " + token.reveal().strip()));
        present.set(caller, Target.SERVER);
        return switch (caller) {
            case Holder holder -> new Answer(new Credential(holder.token().id(), null), "", false);
            case Administrator administrator ->
                adminToken
                        .proof(key)
                        .map(proof -> new Answer(new Credential(null, proof), "", false))
                        .orElseGet(() -> refused(new Refused(new Cause.Wrong()), url));
            case Refused refused -> refused(refused, url);
            case Nobody nobody -> refused(new Refused(new Cause.Wrong()), url);
        };
    }

    private Answer refused(Refused caller, String url) {
        present.set(caller, Target.SERVER);
        refusals.unauthenticated("POST", url);
        return new Answer(null, caller.cause().sentence(), caller.cause() instanceof Cause.Wrong);
    }

    /**
     * Makes the present request one of who has the credentials, if one of them may do this. A refusal is recorded.
     *
     * @param key with which they were made
     * @param right that a caller must have: not {@link Right#NOTHING}
     * @param tenant empty where the request is about none; likewise {@code cache}
     * @throws io.narthex.change.DatabaseAwayException where the token's worth cannot be known now
     */
    public Entry enter(
            List<Credential> credentials,
            byte[] key,
            Right right,
            String tenant,
            String cache,
            String method,
            String url) {
        Target target = target(tenant, cache);
        List<Caller> callers =
                credentials.stream().map(each -> caller(each, key)).toList();
        Caller caller = fittest(right, callers, target);
        present.set(caller, target, callers);
        return switch (AccessPolicy.decide(right, caller, target)) {
            case ALLOW -> isAbsent(target) ? Entry.HIDDEN : Entry.ALLOWED;
            case AUTHENTICATE -> Entry.ENDED;
            case FORBID -> {
                refusals.forbidden(method, url, Sentences.forbidden(right, caller, target));
                yield Entry.FORBIDDEN;
            }
            case HIDE -> {
                refusals.hidden(method, url);
                yield Entry.HIDDEN;
            }
        };
    }

    /** The first that may; else the first that comes farthest. */
    private static Caller fittest(Right right, List<Caller> callers, Target target) {
        return callers.stream()
                .min(Comparator.comparingInt(caller -> rank(AccessPolicy.decide(right, caller, target))))
                .orElse(new Refused(new Cause.Wrong()));
    }

    private static int rank(Decision decision) {
        return switch (decision) {
            case ALLOW -> 0;
            case FORBID -> 1;
            case HIDE -> 2;
            case AUTHENTICATE -> 3;
        };
    }

    /** Whether the present request, once it has entered, may do this too. */
    public boolean may(Right right, String tenant, String cache) {
        return present.may(right, target(tenant, cache));
    }

    /** Who has entered, in words for people. */
    public String name() {
        Token token = present.known();
        if (token == null) {
            return "administrator";
        }
        Token.Owner owner = token.tenant();
        String whose = owner == null ? "server" : owner.name();
        return token.note().isEmpty() ? whose + ", token " + token.publicId() : whose + ", " + token.note();
    }

    private Caller caller(Credential credential, byte[] key) {
        Long token = credential.token();
        if (token != null) {
            return callers.holding(token);
        }
        byte[] kept = credential.proof();
        Optional<byte[]> now = adminToken.proof(key);
        boolean same = kept != null && now.isPresent() && MessageDigest.isEqual(kept, now.get());
        return same ? Caller.ADMINISTRATOR : new Refused(new Cause.Wrong());
    }

    /** Who may make a cache may do that much by the API; what is not there has no page. */
    private static boolean isAbsent(Target target) {
        return !target.cache().isEmpty() && target.is() == Target.State.ABSENT;
    }

    private Target target(String tenant, String cache) {
        if (tenant.isEmpty()) {
            return Target.SERVER;
        }
        if (cache.isEmpty()) {
            return Target.ofTenant(tenant);
        }
        String name = tenant + "/" + cache;
        return Target.of(caches.now().find(name), name);
    }
}
