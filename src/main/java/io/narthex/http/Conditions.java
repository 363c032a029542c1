package io.narthex.http;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decides whether a client already has what it asks for (RFC 9110, 13). */
public final class Conditions {
    private Conditions() {}

    /**
     * By either condition; {@code If-Modified-Since} counts only without {@code If-None-Match}.
     *
     * @param entityTag with its quotes, null when the answer has none
     * @param modified in whole seconds, null when the answer does not say
     */
    public static boolean isKnown(
            @Nullable String ifNoneMatch,
            @Nullable String ifModifiedSince,
            @Nullable String entityTag,
            @Nullable Instant modified) {
        if (ifNoneMatch != null) {
            return entityTag != null && matches(ifNoneMatch, entityTag);
        }
        return ifModifiedSince != null
                && modified != null
                && HttpDate.parse(ifModifiedSince)
                        .filter(since -> !modified.isAfter(since))
                        .isPresent();
    }

    /** Weak comparison, as {@code If-None-Match} has it. */
    private static boolean matches(String ifNoneMatch, String entityTag) {
        for (String tag : ifNoneMatch.split(",", -1)) {
            String one = tag.strip();
            if (one.equals("*") || one.equals(entityTag) || one.equals("W/" + entityTag)) {
                return true;
            }
        }
        return false;
    }
}
