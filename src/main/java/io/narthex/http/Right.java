package io.narthex.http;

/**
 * A right that a resource method can require of its caller. Below {@code /api} the right is about the cache that the
 * path names ({@code {tenant}/{cache}}), elsewhere about the cache that the URL means.
 */
public enum Right {
    /** Nothing, but a token that comes along must be valid. */
    NOTHING,
    /** Any valid token. */
    AUTHENTICATED,
    /** To read from the cache: everybody may where it is public. */
    PULL,
    /** To add to the cache. */
    PUSH,
    /** To remove from the cache. */
    DELETE,
    /** To set and delete the cache's pins: also who administers it. */
    PIN,
    /** To make what another cache holds visible in the cache. */
    PROMOTE,
    /** To loosen what the cache asks of what is promoted into it. */
    GATE,
    /** To say what the cache may not give out. */
    DENY,
    /** To see the settings of the cache and lists of what it holds: any token for it. */
    VIEW_CACHE,
    /** To make, change and delete the cache. */
    ADMINISTER_CACHE,
    /** To see the tenant: any token for one of its caches. */
    VIEW_TENANT,
    /** To see how the cache is used, and by whom. */
    AUDIT_CACHE,
    /** To read the tenant's record: a token of the tenant for all its caches, or one that may for the server. */
    AUDIT_TENANT,
    /** To read the record of the whole server. */
    AUDIT_SERVER,
    /** To give and revoke the tenant's tokens. */
    ADMINISTER_TENANT,
    /** All that concerns the server as a whole. */
    ADMINISTER_SERVER
}
