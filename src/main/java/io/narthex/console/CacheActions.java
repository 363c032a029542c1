package io.narthex.console;

import io.narthex.access.TenantTokens;
import io.narthex.access.TokenLogin;
import io.narthex.access.token.Scope;
import io.narthex.access.token.TokenRequest;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheAdministration;
import io.narthex.cache.CacheDirectory;
import io.narthex.configuration.Secret;
import io.narthex.denial.DenialAdministration;
import io.narthex.hold.HeldException;
import io.narthex.http.Preconditions;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.key.KeyAdministration;
import io.narthex.promotion.CallerPromotions;
import io.narthex.retention.PinName;
import io.narthex.retention.Pins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the page of a cache lets its reader do with it. */
final class CacheActions {
    private CacheActions() {}

    /** Common to all: the page. */
    abstract static class OfCache implements PageAction {
        @Inject
        CacheDirectory caches;

        private final String name;
        private final Right right;
        private final boolean isHardToUndo;

        OfCache(String name, Right right, boolean isHardToUndo) {
            this.name = name;
            this.right = right;
            this.isHardToUndo = isHardToUndo;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public ConsolePage page() {
            return ConsolePage.CACHE;
        }

        @Override
        public Right right() {
            return right;
        }

        @Override
        public boolean needsFreshLogIn() {
            return isHardToUndo;
        }

        Cache cache(PageAddress address) {
            return caches.require(address.tenant(), address.cache());
        }
    }

    /** Deletes the cache. */
    @ApplicationScoped
    public static class DeleteCache extends OfCache {
        @Inject
        CacheAdministration administration;

        public DeleteCache() {
            super("delete-cache", Right.ADMINISTER_CACHE, true);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            Cache cache = cache(address);
            if (!form.posted("name").equals(cache.fullName())) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST, "Type " + cache.fullName() + " to delete the cache");
            }
            if (cache.isDefault()) {
                throw new ProblemException(ProblemType.CONFLICT, "The default cache cannot be deleted");
            }
            try {
                administration.delete(cache.tenant(), cache.name(), new Preconditions(null, null));
            } catch (HeldException e) {
                throw new ProblemException(ProblemType.CONFLICT, "Something of it is under a legal hold");
            }
            caches.reload();
            return new Result.Next(PageAddress.ROOT);
        }
    }

    /** Revokes a key of the cache. */
    @ApplicationScoped
    public static class RevokeKey extends OfCache {
        /** As the API has it. */
        private static final int LONGEST_REASON = 1_000;

        @Inject
        KeyAdministration keys;

        public RevokeKey() {
            super("revoke-key", Right.ADMINISTER_CACHE, true);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            Cache cache = cache(address);
            String name = form.posted("id");
            String reason = form.posted("reason").strip();
            if (keys.list(cache).stream()
                    .noneMatch(key -> key.publicKey().name().equals(name))) {
                throw new ProblemException(ProblemType.NOT_FOUND, "There is no such key in this cache");
            }
            if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST, "The reason must say in at most 1,000 letters why the key is revoked");
            }
            keys.revoke(cache, name, reason);
            return new Result.Done();
        }
    }

    /** Makes a token of the tenant, for the cache or for all, and shows it this once. */
    @ApplicationScoped
    public static class MakeToken extends OfCache {
        /** As the API gives it where no end is named. */
        private static final Duration LIFE = Duration.ofDays(90);

        @Inject
        TenantTokens tokens;

        public MakeToken() {
            super("make-token", Right.ADMINISTER_TENANT, false);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            Set<Scope> scopes = Stream.of(Scope.values())
                    .filter(scope -> form.posted("scope-" + scope.text()).equals("on"))
                    .collect(Collectors.toSet());
            List<String> names = form.posted("all").equals("on") ? List.of() : List.of(address.cache());
            Secret made = tokens.make(
                    CacheAddress.tenant(address),
                    new TokenRequest(form.posted("note").strip(), scopes, names, tokens.end(LIFE)));
            return new Result.Shown("The token is shown this once: copy it now", made.reveal());
        }
    }

    /** Revokes a token of the tenant. */
    @ApplicationScoped
    public static class RevokeToken extends OfCache {
        @Inject
        TenantTokens tokens;

        public RevokeToken() {
            super("revoke-token", Right.ADMINISTER_TENANT, false);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            tokens.revoke(CacheAddress.tenant(address), form.posted("id"));
            return new Result.Done();
        }
    }

    /** Deletes a pin of the cache. */
    @ApplicationScoped
    public static class DeletePin extends OfCache {
        @Inject
        Pins pins;

        @Inject
        TokenLogin login;

        public DeletePin() {
            super("delete-pin", Right.PIN, false);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            boolean administers = login.may(Right.ADMINISTER_CACHE, address.tenant(), address.cache());
            boolean deleted = PinName.tryParse(form.posted("id"))
                    .filter(pin -> pins.delete(cache(address), pin, null, administers))
                    .isPresent();
            if (!deleted) {
                throw new ProblemException(ProblemType.NOT_FOUND, "There is no such pin in this cache");
            }
            return new Result.Done();
        }
    }

    /** Lifts a rule of the cache about what it may not give out. */
    @ApplicationScoped
    public static class LiftDenial extends OfCache {
        @Inject
        DenialAdministration denials;

        public LiftDenial() {
            super("lift-denial", Right.DENY, true);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            denials.lift(cache(address), form.posted("id"));
            return new Result.Done();
        }
    }

    /** Begins a rotation of the cache's key, at the times that its policy plans. */
    @ApplicationScoped
    public static class RotateKey extends OfCache {
        @Inject
        KeyAdministration keys;

        public RotateKey() {
            super("rotate-key", Right.ADMINISTER_CACHE, false);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            keys.rotate(cache(address));
            return new Result.Done();
        }
    }

    /** Takes a promotion back: what nothing else keeps is gone from the cache. */
    @ApplicationScoped
    public static class UndoPromotion extends OfCache {
        @Inject
        CallerPromotions promotions;

        public UndoPromotion() {
            super("undo-promotion", Right.PROMOTE, false);
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            String id = form.posted("id");
            if (!id.matches("[0-9]{1,18}")
                    || promotions.undo(cache(address), Long.parseLong(id)).isEmpty()) {
                throw new ProblemException(ProblemType.NOT_FOUND, "There is no such promotion that is visible");
            }
            return new Result.Done();
        }
    }
}
