/**
 * What changed in the database, for every node's memory.
 *
 * <p>Entry point: {@link io.narthex.change.DatabasePulse}, which knows whether this node still hears the database, and
 * so what its memory may answer.
 *
 * <ul>
 *   <li>R1: memory answers "absent" only while the database is heard.
 *   <li>R2: memory answers "present" for a limited time longer ({@code NARTHEX_STALE_SECONDS}).
 *   <li>R3: one connection is kept for it, so that a full pool does not look like a dead database.
 * </ul>
 *
 * <p>Out of scope: what is remembered ({@code index}).
 */
@NullMarked
package io.narthex.change;

import org.jspecify.annotations.NullMarked;
