package io.narthex.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of one page of a list.
 *
 * @param items in the list's order
 * @param next what to give as {@code after} for the items behind these; null behind the last
 */
public record Listing<T>(List<T> items, @Nullable String next) {
    public Listing {
        items = List.copyOf(items);
    }
}
