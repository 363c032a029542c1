/**
 * Notices that the database was restored from a backup, beside stored files of a later time.
 *
 * <p>Entry points: {@link io.narthex.restore.RestoreGuard} says whether anything may be removed; {@link
 * io.narthex.restore.StoreMark} is what lies beside the stored files: which life of the database they belong to, and what was
 * revoked in it; {@link io.narthex.restore.RestoreResource} shows the differences and ends the state.
 *
 * <ul>
 *   <li>R1: the counter is raised in the database first and in the mark when that is committed, so that a mark is ahead of its
 *       database only after a restore.
 *   <li>R2: while the database is a restored one nothing is removed: no bytes, no rows, no secret of a key that was not revoked.
 *   <li>R3: what the mark says was revoked is revoked before the first request.
 * </ul>
 *
 * <p>Out of scope: making backups.
 */
@NullMarked
package io.narthex.restore;

import org.jspecify.annotations.NullMarked;
