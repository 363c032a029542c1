/**
 * Who has caches on this server.
 *
 * <p>Entry points: {@link io.narthex.tenant.TenantName}, parsed once at the edge, and {@link io.narthex.tenant.Tenants},
 * the rows.
 *
 * <ul>
 *   <li>R1: a name is of lower case letters, digits and dashes, and a new tenant gets none that the server's own
 *       URLs begin with ({@link io.narthex.tenant.ReservedNames}).
 *   <li>R2: a deleted tenant is gone for everybody in the same moment, with its caches and tokens; a tenant that gets its
 *       name later is another one, with another number.
 *   <li>R3: the tenant {@code default} is always there.
 * </ul>
 *
 * <p>Out of scope: what a tenant's caches are ({@code cache}), who may change them ({@code access}).
 */
@NullMarked
package io.narthex.tenant;

import org.jspecify.annotations.NullMarked;
