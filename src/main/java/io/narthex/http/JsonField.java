package io.narthex.http;

import org.jspecify.annotations.Nullable;

/**
 * A field of a body that changes something: omitted, null, or with a value.
 *
 * @param named whether the body has it
 * @param value null where the body says null, or does not have it
 */
public record JsonField<T>(boolean named, @Nullable T value) {
    /** Omitted keeps what there is, null resets. */
    public T or(T kept, T initial) {
        if (!named) {
            return kept;
        }
        return value == null ? initial : value;
    }
}
