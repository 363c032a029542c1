/**
 * What was pushed, in the index: paths, their NAR files, and the documents beside them.
 *
 * <p>Entry points: {@link io.narthex.index.upload.UploadSource} (as it is offered), {@link
 * io.narthex.index.upload.ReceivedFiles} and {@link io.narthex.index.upload.Publications} (what comes), {@link
 * io.narthex.index.upload.UnclaimedFiles} (what may go), {@link io.narthex.index.upload.PathsResource} (the API).
 *
 * <ul>
 *   <li>R1: a path is there while its row is, and its row refers to that of its file.
 *   <li>R2: what a narinfo that was answered 2xx names is kept as long as a client may remember it.
 *   <li>R3: a publication, its record and its change are one transaction.
 * </ul>
 *
 * <p>Out of scope: whether something may come ({@code receive}), where bytes lie ({@code blob}).
 */
@NullMarked
package io.narthex.index.upload;

import org.jspecify.annotations.NullMarked;
