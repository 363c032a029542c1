package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.denial.DenialMaker;
import io.narthex.denial.DenialRequest;
import io.narthex.hold.HeldException;
import io.narthex.http.Preconditions;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.upload.CachedPaths;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.retention.PinName;
import io.narthex.retention.PinRequest;
import io.narthex.retention.Pins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.Collectors;

/** What the page of a path lets its reader do with it. */
final class PathActions {
    private PathActions() {}

    /** Of the path that the page is about. */
    private static StorePathHash hash(PageAddress address) {
        String text = address.name("hash");
        StorePathHash hash = text.length() == StorePathHash.LENGTH ? StorePathHash.tryParse(text, 0) : null;
        if (hash == null) {
            throw absent();
        }
        return hash;
    }

    private static ProblemException absent() {
        return new ProblemException(ProblemType.NOT_FOUND, "No such path was pushed into this cache");
    }

    /** Common to all three: none is hard to undo. */
    abstract static class OfPath implements PageAction {
        @Inject
        CacheDirectory caches;

        @Inject
        CachedPaths paths;

        @Override
        public ConsolePage page() {
            return ConsolePage.PATH;
        }

        @Override
        public boolean needsFreshLogIn() {
            return false;
        }

        Cache cache(PageAddress address) {
            return caches.require(address.tenant(), address.cache());
        }

        CachedPaths.UploadedHash path(PageAddress address) {
            return paths.locate(cache(address), hash(address)).orElseThrow(PathActions::absent);
        }
    }

    /** Deletes it, unless others refer to it and nobody said that they may break. */
    @ApplicationScoped
    public static class DeletePath extends OfPath {
        @Override
        public String name() {
            return "delete-path";
        }

        @Override
        public Right right() {
            return Right.DELETE;
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            try {
                List<StorePath> referrers = paths.delete(
                        cache(address), path(address), form.posted("force").equals("true"));
                if (!referrers.isEmpty()) {
                    throw new RefusedActionException("Other paths of the cache refer to it, and are to go first: "
                            + referrers.stream().map(StorePath::baseName).collect(Collectors.joining(", ")));
                }
            } catch (HeldException e) {
                throw new RefusedActionException(e.sentence());
            }
            return new Result.Next(PageAddress.ROOT);
        }
    }

    /** Lets a pin keep it. */
    @ApplicationScoped
    public static class PinPath extends OfPath {
        @Inject
        Pins pins;

        @Inject
        TokenLogin login;

        @Override
        public String name() {
            return "pin-path";
        }

        @Override
        public Right right() {
            return Right.PIN;
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            pins.put(
                    cache(address),
                    PinName.parse(form.posted("pin").strip()),
                    PinRequest.of(path(address).path(), form.posted("note")),
                    Preconditions.NONE,
                    login.may(Right.ADMINISTER_CACHE, address.tenant(), address.cache()));
            return new Result.Done();
        }
    }

    /** Makes it dark by a rule of the cache. */
    @ApplicationScoped
    public static class DenyPath extends OfPath {
        @Inject
        DenialMaker denials;

        @Override
        public String name() {
            return "deny-path";
        }

        @Override
        public Right right() {
            return Right.DENY;
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            StorePathHash hash = hash(address);
            denials.put(
                    cache(address),
                    "path-" + hash,
                    DenialRequest.of(hash, form.posted("dependents").equals("true"), form.posted("reason")));
            return new Result.Next(PageAddress.ROOT);
        }
    }
}
