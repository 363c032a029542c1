package io.narthex.change;

import io.narthex.configuration.Settings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Tells every {@link ChangeListener} what changes in the database, on whichever node it was changed. Thread-safe. */
@ApplicationScoped
public class ChangeFeed {
    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Resource(lookup = "java:jboss/ee/concurrency/factory/default")
    private ManagedThreadFactory threads;

    @Inject
    private Settings settings;

    @Inject
    @Any
    private Instance<ChangeListener> listeners;

    private @Nullable Running running;

    private record Running(Heartbeat heartbeat, ChangeFeedLoop feed, Thread thread) {}

    @PostConstruct
    void start() {
        Heartbeat heartbeat = new Heartbeat(settings.stale().toNanos());
        ChangeFeedLoop feed =
                new ChangeFeedLoop(dataSource, heartbeat, listeners.stream().toList(), settings.name());
        Thread thread = threads.newThread(feed);
        thread.setName("narthex-feed");
        running = new Running(heartbeat, feed, thread);
        thread.start();
    }

    /** What the hot path asks; the object itself, no proxy. */
    public Heartbeat heartbeat() {
        return running().heartbeat;
    }

    /** Whether every other node knows of this one, so that it may be the one that changes something; for readiness. */
    public boolean mayPublish() {
        return running().feed.isSeen();
    }

    /**
     * Waits until {@link #mayPublish()}: two seconds at most after this node joined others, three if the database is away.
     *
     * @return this node's number among the writers of changes
     * @throws DatabaseAwayException when it is away
     */
    public UUID awaitSeen() {
        return running().feed.awaitSeen();
    }

    /** After the commit of a transaction that recorded these, and before its caller goes on. */
    public void committed(List<Change> changes) {
        running().feed.committed(changes);
    }

    private Running running() {
        Running known = running;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    @PreDestroy
    void stop() {
        Running ending = running();
        ending.feed.stop();
        LockSupport.unpark(ending.thread);
        try {
            ending.thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
