package io.narthex.audit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Tells the record whose request the present thread works for before the servlets have it. */
public final class EarlyRequest {
    private static final ThreadLocal<@Nullable Sender> SENDER = new ThreadLocal<>();

    private EarlyRequest() {}

    /** The holder of a token, and their request. */
    public record Sender(
            String tokenId, String tokenNote, @Nullable InetAddress address, String requestId) {}

    /** What is done for a request. */
    public interface Work<T, X extends Exception> {
        T run() throws X;
    }

    /** Works in the name of a request. */
    public static <T, X extends Exception> T as(Sender sender, Work<T, X> work) throws X {
        SENDER.set(sender);
        try {
            return work.run();
        } finally {
            SENDER.remove();
        }
    }

    static @Nullable Sender sender() {
        return SENDER.get();
    }
}
