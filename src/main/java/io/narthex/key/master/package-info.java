/**
 * The master key, which seals the secrets of all others in the database, and where it comes from.
 *
 * <p>Entry point: {@link io.narthex.key.master.MasterKey}.
 *
 * <ul>
 *   <li>R1: it prints as {@code ***}, and no copy of it outlives its use.
 *   <li>R2: the first one is made only where no key was sealed by another.
 * </ul>
 *
 * <p>Out of scope: the keys that sign ({@code key}).
 */
@NullMarked
package io.narthex.key.master;

import org.jspecify.annotations.NullMarked;
