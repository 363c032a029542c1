package io.narthex.promotion;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes a promotion.
 *
 * @param from {@code tenant/cache}, as it was called then
 * @param paths base names of the roots
 * @param pin that named them; null: they were named one by one
 * @param state {@code waiting}, {@code visible}, {@code failed} or {@code undone}
 * @param failure why it failed
 * @param closure how many paths it has
 * @param added how many of them the cache did not have
 * @param createdBy the id of the token that asked for it; null: the administrator's
 * @param progress how far it is
 */
public record PromotionResponse(
        long id,
        String from,
        List<String> paths,
        @Nullable String pin,
        String note,
        String state,
        @Nullable String failure,
        long closure,
        long added,
        Instant createdAt,
        @Nullable String createdBy,
        @Nullable Instant visibleAt,
        @Nullable Instant undoneAt,
        @JsonUnwrapped Progress progress) {
    /** A job makes it visible. */
    static final String WAITING = "waiting";

    /** It is not to be had as it was asked for. */
    static final String FAILED = "failed";

    public PromotionResponse {
        paths = List.copyOf(paths);
    }

    public boolean isWaiting() {
        return state.equals(WAITING);
    }
}
