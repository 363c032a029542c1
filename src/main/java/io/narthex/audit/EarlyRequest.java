package io.narthex.audit;

import java.net.InetAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells the record whose request the present thread works for before the servlets have it. */
public final class EarlyRequest {
    private static final ThreadLocal<@Nullable Sender> SENDER = new ThreadLocal<>();

    private EarlyRequest() {}

    /** The holder of a token, and their request. */
    public record Sender(
            String tokenId, String tokenNote, @Nullable InetAddress address, String requestId) {}

    /** Works in the name of a request. */
    public static <T> T as(Sender sender, Supplier<T> work) {
        SENDER.set(sender);
        try {
            return work.get();
        } finally {
            SENDER.remove();
        }
    }

    static @Nullable Sender sender() {
        return SENDER.get();
    }
}
