package io.narthex.cache;

import io.narthex.cache.CacheException.EntersOtherwise;
import io.narthex.cache.CacheException.Guarded;
import io.narthex.cache.CacheException.HostTaken;
import io.narthex.cache.CacheException.NotYours;
import java.util.Set;

/** Decides which changes of a cache's settings are allowed: a pure function. */
final class CachePolicy {
    private CachePolicy() {}

    /**
     * Goes on where the change is allowed.
     *
     * @param administrator whether the server's administrator makes it
     * @param loosener whether whoever makes it may loosen gates
     * @param ownHosts by which the server is reached itself: a cache there would put its API away
     * @throws NotYours if another may not make it
     * @throws HostTaken if it names one of the server's own hosts
     */
    static void check(
            CacheSettings before, CacheSettings after, boolean administrator, boolean loosener, Set<String> ownHosts) {
        if (!administrator) {
            // it shows all of the machine's store
            if (before.sources().contains(Source.LOCAL_STORE) != after.sources().contains(Source.LOCAL_STORE)) {
                throw new NotYours("sources");
            }
            if (!before.virtualHosts().equals(after.virtualHosts())) {
                throw new NotYours("virtualHosts");
            }
            if (before.onConflict() != after.onConflict()) {
                throw new NotYours("onUpstreamConflict");
            }
            if (!before.storeDir().equals(after.storeDir())) {
                throw new NotYours("storeDir");
            }
        }
        if (!loosener
                && (after.gates().areLooserThan(before.gates())
                        || (before.entry() == Entry.PROMOTION && after.entry() == Entry.PUSH))) {
            throw new Guarded();
        }
        if (after.entry() == Entry.PROMOTION
                && !(after.sources().equals(Set.of(Source.UPLOADS))
                        && after.others().isEmpty())) {
            throw new EntersOtherwise();
        }
        after.virtualHosts().stream()
                .filter(host ->
                        ownHosts.contains(host) && !before.virtualHosts().contains(host))
                .findFirst()
                .ifPresent(host -> {
                    throw new HostTaken(host);
                });
    }
}
