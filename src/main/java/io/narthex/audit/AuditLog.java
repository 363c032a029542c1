package io.narthex.audit;

import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Records changes and refusals. A service calls it in the transaction of its change, so that both are kept or neither.
 */
@ApplicationScoped
public class AuditLog {
    /** Of a sentence; a refusal's may quote what a client sent. */
    static final int LONGEST_REASON = 1_000;

    private static final String REFUSED = AuditLog.class.getName();
    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Resource(lookup = "java:jboss/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry transaction;

    @Inject
    private Actors actors;

    @Inject
    private Refusals refusals;

    /** What one transaction recorded, logged once it is true. */
    private static final class Recorded implements Synchronization {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void beforeCompletion() {
            // all is written already
        }

        @Override
        public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
                lines.forEach(line -> LOG.log(Level.INFO, line));
            }
        }
    }

    /**
     * Appends an event in the caller's transaction: the change and its event commit together or not at all.
     *
     * @throws jakarta.transaction.TransactionalException when there is no transaction
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public void record(AuditEvent event) {
        append(event, actors.current());
    }

    /** The same for what the server does by itself, whoever's request it was that showed it. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void recordOwn(AuditEvent event) {
        append(event, Actor.SERVER);
    }

    /** An event that the caller writes in the same call of the database as the change, and then says so. */
    public PreparedEvent prepare(AuditEvent event) {
        return new PreparedEvent(new StorableEvent(event, actors.current(), null, 1));
    }

    private void append(AuditEvent event, Actor actor) {
        try (Connection connection = dataSource.getConnection()) {
            String line = EventRows.write(connection, new StorableEvent(event, actor, null, 1));
            recorded().lines.add(line);
        } catch (SQLException e) {
            throw new IllegalStateException("an event cannot be recorded", e);
        }
    }

    private Recorded recorded() {
        if (transaction.getResource(AuditLog.class) instanceof Recorded known) {
            return known;
        }
        Recorded made = new Recorded();
        transaction.registerInterposedSynchronization(made);
        transaction.putResource(AuditLog.class, made);
        return made;
    }

    /**
     * Says that something was refused. Returns at once; the event is written in a transaction of its own within seconds, and
     * the same again from the same address and token counts up in one event a minute.
     *
     * @param event its detail {@code kind}, if it has one, tells what counts as the same; else the reason does
     * @param reason what the client was told
     */
    public void refused(AuditEvent event, String reason) {
        String kept = reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
        refusals.add(event, actors.current(), kept);
        ServletRequestContext request = ServletRequestContext.current();
        if (request != null) {
            request.getServletRequest().setAttribute(REFUSED, event.action());
        }
    }

    /** Whether a refusal of the request at hand was recorded already. */
    public boolean hasRefused() {
        ServletRequestContext request = ServletRequestContext.current();
        return request != null && request.getServletRequest().getAttribute(REFUSED) != null;
    }
}
