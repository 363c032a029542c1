package io.narthex.http;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Tells a feature who sends the present request, where the {@link Right} alone does not tell enough. A CDI bean of a
 * package above implements it.
 */
public interface CurrentCaller {
    /** Whether all of the server is this caller's to change. */
    boolean isServerAdministrator();

    /** Whether the caller may know that this cache exists and see its settings. */
    boolean maySee(String tenant, String cache);

    /** Whether the caller has a right in this cache. */
    boolean may(Right right, String tenant, String cache);

    /** Whether the caller may push into this cache. */
    default boolean mayPush(String tenant, String cache) {
        return may(Right.PUSH, tenant, cache);
    }

    /** Whether the caller may change this cache. */
    boolean mayAdminister(String tenant, String cache);

    /** The tenant whose record the caller reads by a token of that tenant; empty for one of the server. */
    OptionalInt auditedTenant();

    /** The row of the caller's token; empty for one who has none, and for the administrator's token file. */
    OptionalLong token();
}
