/**
 * What is under a legal hold, for whoever would remove it.
 *
 * <p>Entry point: {@link io.narthex.hold.Holds} is asked in the transaction that removes a path, a cache or a tenant.
 *
 * <ul>
 *   <li>R1: who removes asks first and answers 409; a trigger of the table of pushed paths asks again, so that nothing that is held
 *       goes whichever way.
 *   <li>R2: setting a hold and removing wait for each other: what was removed before a hold is no part of it.
 *   <li>R3: tenants and caches are numbers here: their names are of rooms above.
 * </ul>
 *
 * <p>Out of scope: setting and releasing holds ({@code auditor}).
 */
@NullMarked
package io.narthex.hold;

import org.jspecify.annotations.NullMarked;
