package io.narthex.key;

import java.util.Set;

/** Decides which steps from one state to another a key may take. No other class decides that. */
final class KeyLifecycle {
    private KeyLifecycle() {}

    /** The states that may come after one. */
    static Set<KeyState> next(KeyState state) {
        return switch (state) {
            case PENDING -> Set.of(KeyState.ACTIVE, KeyState.REVOKED);
            case ACTIVE -> Set.of(KeyState.RETIRING, KeyState.REVOKED);
            case RETIRING -> Set.of(KeyState.RETIRED, KeyState.REVOKED);
            case RETIRED -> Set.of(KeyState.REVOKED);
            case REVOKED -> Set.of();
        };
    }

    /** @throws IllegalStateException unless the step is one that a key may take */
    static void check(KeyState from, KeyState to) {
        if (!next(from).contains(to)) {
            throw new IllegalStateException("no key goes from " + from + " to " + to);
        }
    }
}
