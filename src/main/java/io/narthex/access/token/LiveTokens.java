package io.narthex.access.token;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
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
    /** Which trusts have other tokens since then. Guarded by this. */
    private Set<Long> changedTrusts = new HashSet<>();

    /** @param mark of the last change that is in it */
    private record Known(Map<String, Token> byPublicId, Map<Long, String> publicIds, long mark) {}

    /** Where the rows are. */
    public interface Rows {
        List<Token> all();

        /** Those that there are, also the revoked. */
        List<Token> of(Collection<Long> ids);

        /** Those that these trusts have made and that may still be valid by their dates, also the revoked. */
        List<Token> ofTrusts(Collection<Long> trusts);
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

    /** The same by its row. */
    @Nullable
    public Token find(long id) {
        Known now = known;
        String publicId = now.publicIds.get(id);
        return publicId == null ? null : now.byPublicId.get(publicId);
    }

    /** This token is not what it was. */
    public synchronized void mark(long id) {
        if (changed != null) {
            changed.add(id);
        }
        marked.incrementAndGet();
    }

    /** No token of this trust is what it was. */
    synchronized void markTrust(long trust) {
        changedTrusts.add(trust);
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
        Set<Long> trusts;
        synchronized (this) {
            mark = marked.get();
            ids = changed;
            changed = new HashSet<>();
            trusts = changedTrusts;
            changedTrusts = new HashSet<>();
        }
        try {
            if (ids == null) {
                known = build(Map.of(), Map.of(), rows.all(), mark);
            } else {
                List<Token> read = new ArrayList<>(ids.isEmpty() ? List.of() : rows.of(ids));
                read.addAll(trusts.isEmpty() ? List.of() : rows.ofTrusts(trusts));
                known = merge(ids, read, mark);
            }
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
        // tokens of builds come by the thousand and end within hours
        Instant now = Clock.systemUTC().instant();
        byPublicId.values().removeIf(token -> {
            boolean forgotten = token.isForgotten(now);
            if (forgotten) {
                byId.remove(token.id());
            }
            return forgotten;
        });
        return new Known(byPublicId, byId, mark);
    }
}
