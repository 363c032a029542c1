package io.narthex.auditor;

import org.jspecify.annotations.Nullable;

/**
 * Says where the verifying of a hash chain goes on, as a job's checkpoint. Its text is {@code chain/seals/after} or
 * {@code chain/events/after}.
 *
 * @param chain its number
 * @param seals whether its seals are read, or, behind them, its events
 * @param after the sequence, or the event's id, behind which it goes on
 */
record ChainPart(int chain, boolean seals, long after) {
    static final ChainPart FIRST = first(0);

    static ChainPart first(int chain) {
        return new ChainPart(chain, true, 0);
    }

    static ChainPart parse(String checkpoint) {
        String[] parts = checkpoint.split("/", -1);
        // one that a run of an older version left names a chain that is done
        return parts.length == 3
                ? new ChainPart(Integer.parseInt(parts[0]), parts[1].equals("seals"), Long.parseLong(parts[2]))
                : first(Integer.parseInt(checkpoint) + 1);
    }

    /**
     * What follows this part.
     *
     * @param last the last that was read; null: there was nothing
     */
    ChainPart then(@Nullable Long last) {
        if (last != null) {
            return new ChainPart(chain, seals, last);
        }
        return seals ? new ChainPart(chain, false, 0) : first(chain + 1);
    }

    @Override
    public String toString() {
        return chain + (seals ? "/seals/" : "/events/") + after;
    }
}
