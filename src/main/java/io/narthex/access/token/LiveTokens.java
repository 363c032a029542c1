package io.narthex.access.token;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the valid tokens in memory, by public id, and knows whether they are as the database has them. Thread-safe;
 * what is asked on the hot path takes no lock.
 */
public final class LiveTokens {
    private final Object reading = new Object();
    private final AtomicLong marked = new AtomicLong();
    private volatile Known known = new Known(Map.of(), Map.of(), -1);
    /** Which tokens have changed since they were read; null: any may have. Guarded by this. */
    private @Nullable Set<Long> changed;

    /** @param mark of the last change that is in it */
    private record Known(Map<String, Token> byPublicId, Map<Long, String> publicIds, long mark) {}

    /** Where the rows are. */
    public interface Rows {
        List<Token> all();

        /** Those that there are, also the revoked. */
        List<Token> of(Collection<Long> ids);
    }

    /** Whether all that is known to have changed has been read. */
    public boolean isCurrent() {
        return known.mark == marked.get();
    }

    /** As it was when it was last read. */
    @Nullable
    public Token find(String publicId) {
        return known.byPublicId.get(publicId);
    }

    /** This token is not what it was. */
    public synchronized void mark(long id) {
        if (changed != null) {
            changed.add(id);
        }
        marked.incrementAndGet();
    }

    /** Any token may not be what it was. */
    synchronized void markAll() {
        changed = null;
        marked.incrementAndGet();
    }

    /** Reads what has changed; a change that was marked before this call is seen after it. */
    public void refresh(Rows rows) {
        synchronized (reading) {
            if (!isCurrent()) {
                read(rows);
            }
        }
    }

    private void read(Rows rows) {
        long mark;
        Set<Long> ids;
        synchronized (this) {
            mark = marked.get();
            ids = changed;
            changed = new HashSet<>();
        }
        try {
            known = ids == null ? build(Map.of(), Map.of(), rows.all(), mark) : merge(ids, rows.of(ids), mark);
        } catch (RuntimeException e) {
            markAll();
            throw e;
        }
    }

    private Known merge(Set<Long> ids, List<Token> read, long mark) {
        Map<String, Token> tokens = new HashMap<>(known.byPublicId);
        Map<Long, String> publicIds = new HashMap<>(known.publicIds);
        ids.forEach(id -> {
            String publicId = publicIds.remove(id);
            if (publicId != null) {
                tokens.remove(publicId);
            }
        });
        return build(tokens, publicIds, read, mark);
    }

    private static Known build(Map<String, Token> tokens, Map<Long, String> publicIds, List<Token> read, long mark) {
        Map<String, Token> byPublicId = new HashMap<>(tokens);
        Map<Long, String> byId = new HashMap<>(publicIds);
        for (Token token : read) {
            byPublicId.put(token.publicId(), token);
            byId.put(token.id(), token.publicId());
        }
        return new Known(byPublicId, byId, mark);
    }
}
