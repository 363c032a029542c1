package io.narthex.denial;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.change.Change;
import io.narthex.change.ChangeFeed;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.index.PathRestriction;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/** Knows every rule, on this node, and so what no cache gives out. Thread-safe. */
@ApplicationScoped
public class DeniedPaths implements PathRestriction, ChangeListener {
    private static final System.Logger LOG = System.getLogger(DeniedPaths.class.getName());

    @Inject
    private DenialRows rows;

    @Inject
    private ChangeFeed feed;

    @Inject
    private AuditLog audit;

    @Inject
    private Event<DenialsChanged> event;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

    private final KnownDenials known = new KnownDenials();

    @Override
    public boolean isOpen(Cache cache, SignedPath path) {
        return known.isOpen(this::isHeard, cache, path.facts());
    }

    private boolean isHeard() {
        return feed.heartbeat().isHeard();
    }

    @Override
    public boolean withholds(Cache cache, SignedPath path) {
        Optional<Denial> rule = current(cache).denial(cache, path.facts());
        rule.ifPresent(denial -> refused(cache, path.path(), denial));
        return rule.isPresent();
    }

    /**
     * Whether the cache may not tell what is told of a derivation; that is recorded.
     *
     * @throws io.narthex.change.DatabaseAwayException where it cannot be known
     */
    public boolean withholdsDerivation(Cache cache, StorePath derivation) {
        Optional<Denial> rule = current(cache).denialOfDerivation(cache, derivation, rows::derivations);
        rule.ifPresent(denial -> refused(cache, derivation, denial));
        return rule.isPresent();
    }

    private void refused(Cache cache, StorePath path, Denial rule) {
        audit.refused(
                AuditEvent.of(AuditAction.PATH_DENIED)
                        .cache(cache.tenantId(), cache.id())
                        .path(path)
                        .detail("kind", "denied " + path.hash())
                        .detail("rule", rule.name())
                        .detail("byServer", rule.cacheId() == null),
                "The rule " + rule.name() + " denies it");
    }

    /** All rules as they are now; in a cache that has some, only while the feed is heard. */
    private KnownDenials.Snapshot current(Cache cache) {
        KnownDenials.Snapshot now = known.current();
        if (now == null) {
            now = reload();
        }
        if (now.covers(cache)) {
            feed.heartbeat().require();
        }
        return now;
    }

    private KnownDenials.Snapshot reload() {
        return known.reload(rows::load);
    }

    /** Memory says nothing until the rules are read anew, which begins at once: bodies are being sent meanwhile. */
    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.DENIAL) {
            known.changed();
            try {
                executor.execute(this::reloadAndTell);
            } catch (RejectedExecutionException e) {
                // the server stops
                LOG.log(System.Logger.Level.DEBUG, "event=denials-not-read");
            }
        }
    }

    private void reloadAndTell() {
        try {
            reload();
            event.fire(new DenialsChanged());
        } catch (RuntimeException e) {
            // whoever asks next reads them
            LOG.log(System.Logger.Level.WARNING, "event=denials-not-read cause={0}", e.toString());
        }
    }

    @Override
    public void lost() {
        known.lost();
        reloadAndTell();
    }

    @Override
    public PathRestriction unproxied() {
        return this;
    }
}
