package io.narthex.audit;

import org.jspecify.annotations.Nullable;

/** Who sends the request at hand, as the record names them. A CDI bean gives it. */
public interface Requester {
    /** {@code token}, {@code administrator} (the holder of its file), or {@code anonymous}. */
    String kind();

    /** The public id of the token, also of one that is no longer valid; null where there is none. */
    @Nullable
    String tokenId();

    /** What was noted of the token when it was made. */
    @Nullable
    String tokenNote();
}
