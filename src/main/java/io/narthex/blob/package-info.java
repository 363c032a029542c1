/**
 * Bytes at rest, behind one small contract: files or S3.
 *
 * <p>Entry points: {@link io.narthex.blob.BlobStore}, injected, chosen by {@code NARTHEX_BLOBS};
 * {@link io.narthex.blob.BlobWriter} takes bytes in, {@link io.narthex.blob.Blob} gives them back.
 *
 * <ul>
 *   <li>R1: a key is random and never used again, and nobody looks for a blob before a row names its key. So bytes are
 *       written where they stay, and the contract has no rename.
 *   <li>R2: whoever names a key in a row waits for {@link io.narthex.blob.BlobWriter#finish()} first: then the bytes and
 *       the way to them survive a power cut.
 *   <li>R3: a blob never changes. A range that cannot be given whole ends in an exception, never in a short stream.
 *   <li>R4: what a writer left half written when its process died has a key or is known to the store, so that a sweep
 *       finds it.
 *   <li>R5: no blob is held in memory, whatever the store.
 *   <li>R6: files are written through the system's cache or past it, whichever is faster now ({@code WriteCosts}); a file
 *       system that cannot do the latter, or memory that is not aligned, only costs speed.
 * </ul>
 *
 * <p>Out of scope: what the bytes are, whose they are, who refers to them and when they may go; all of that is rows.
 */
@NullMarked
package io.narthex.blob;

import org.jspecify.annotations.NullMarked;
