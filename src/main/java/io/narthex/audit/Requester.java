package io.narthex.audit;

import org.jspecify.annotations.Nullable;

/** Says who sends the present request, as the record names them. A CDI bean of a package above implements it. */
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
