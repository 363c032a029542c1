package io.narthex.access;

import io.narthex.access.Caller.Holder;
import io.narthex.cache.Cache;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.signature.PublicKey;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says that somebody may push into a cache: what was decided last, and the settings that the cache had then. A body may
 * take hours: code that keeps it asks {@link #again} when it has come, and works by {@link #use}, in whose transaction
 * the right is held. Immutable.
 */
public final class PushRight {
    /** Nobody changes a cache so often while one narinfo is published. */
    private static final int MOST_CHANGES = 20;

    private static final String STANDS = "select push_right_stands(?, ?, ?, ?, ?)";

    private final PushRights rights;
    private final Asked asked;
    private final Cache cache;
    private final Caller caller;
    private final List<PublicKey> trusted;

    /**
     * What a request shows.
     *
     * @param authorization all headers of that name
     * @param begun when it came; a token that ends later is good
     */
    record Asked(List<String> authorization, Instant begun) {}

    /** Whoever holds the token that pushes. */
    public record Pusher(long id, String publicId, String note) {}

    /** @param trusted keys that must not be revoked before what is pushed is kept */
    PushRight(PushRights rights, Asked asked, Cache cache, Caller caller, Collection<PublicKey> trusted) {
        this.rights = rights;
        this.asked = asked;
        this.cache = cache;
        this.caller = caller;
        this.trusted = List.copyOf(trusted);
    }

    /** The same, as long as none of these keys is revoked: what is pushed was judged by their signatures. */
    public PushRight trusting(Collection<PublicKey> keys) {
        return new PushRight(rights, asked, cache, caller, keys);
    }

    /** As it is set. */
    public Cache cache() {
        return cache;
    }

    /** Null: the administrator's token file. */
    public @Nullable Pusher pusher() {
        return caller instanceof Holder holder
                ? new Pusher(
                        holder.token().id(),
                        holder.token().publicId(),
                        holder.token().note())
                : null;
    }

    /** The row of the token that pushes; null: the administrator's token file. */
    public @Nullable Long token() {
        return caller instanceof Holder holder ? holder.token().id() : null;
    }

    /**
     * The right as it is now.
     *
     * @throws AccessRefusedException where it is gone
     */
    public PushRight again() {
        return rights.decide(asked, cache);
    }

    /**
     * Does what the right is for. Where the database says that it has changed meanwhile, it is decided again, and so is
     * all that the work judges.
     *
     * @param work calls {@link #hold} in its transaction
     * @throws AccessRefusedException where it is gone
     */
    public <T> T use(Function<PushRight, T> work) {
        PushRight right = this;
        for (int i = 0; i < MOST_CHANGES; i++) {
            try {
                return work.apply(right);
            } catch (RightChangedException e) {
                rights.refresh(right.token());
                right = right.again();
            }
        }
        throw new ProblemException(
                ProblemType.UNAVAILABLE, "The settings of " + cache.fullName() + " change all the time");
    }

    /**
     * Lets nothing of it change until the connection's transaction ends; later changes wait for that.
     *
     * @throws RightChangedException where something has changed already
     */
    public void hold(Connection connection) throws SQLException {
        try (PreparedStatement stands = connection.prepareStatement(STANDS)) {
            stands.setInt(1, cache.tenantId());
            stands.setInt(2, cache.id());
            stands.setLong(3, cache.version());
            stands.setObject(4, token(), Types.BIGINT);
            stands.setArray(5, trusted(connection));
            try (ResultSet row = stands.executeQuery()) {
                if (!row.next() || !row.getBoolean(1)) {
                    throw new RightChangedException();
                }
            }
        }
    }

    /** The public keys that must not be revoked, as the database takes them. */
    public Array trusted(Connection connection) throws SQLException {
        return connection.createArrayOf(
                "bytea", trusted.stream().map(PublicKey::bytes).toArray(byte[][]::new));
    }
}
