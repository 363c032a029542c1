/**
 * How much a tenant and a cache may hold, and how much each holds.
 *
 * <p>Entry points: {@link io.narthex.quota.Quota} is what an administrator sets, {@link io.narthex.quota.Usages} says how much
 * is held, {@link io.narthex.quota.Reservations} gives room to an upload or refuses it. The jobs {@code fold-usage} and {@code
 * prove-usage} keep the counts.
 *
 * <ul>
 *   <li>R1: a file counts in full in each cache and in each tenant that has it, once, whatever is merged with whose: a tenant
 *       learns nothing of what others have.
 *   <li>R2: what is written of uploads is counted by triggers of the database, in the transaction that writes it. No row is
 *       there for which all pushes of a tenant wait.
 *   <li>R3: room is reserved before bytes come and given back when they are counted or thrown away, so that uploads side by
 *       side cannot pass a quota together, whichever servers take them.
 *   <li>R4: tenants and caches are numbers here: their names and settings are of rooms above.
 * </ul>
 *
 * <p>Out of scope: what goes to make room, and the disk's own reserve ({@code blob}).
 */
@NullMarked
package io.narthex.quota;

import org.jspecify.annotations.NullMarked;
