/**
 * Other binary caches, and the paths that caches of this server have from them.
 *
 * <p>Entry points: {@link io.narthex.upstream.UpstreamsResource} (the API), {@link io.narthex.upstream.UpstreamSource} (paths as
 * the index offers them: looked up on a miss), {@link io.narthex.upstream.PullThrough} (bytes: fetched once and sent while they
 * arrive).
 *
 * <ul>
 *   <li>R1: own first. What a cache has itself never comes here, and costs nothing for what is here.
 *   <li>R2: a path is taken only for a signature by a key that its upstream is trusted for, and only as long as it is (the
 *       look-up, memory and rows all ask {@link io.narthex.upstream.UpstreamDirectory}), or because it follows from its contents:
 *       then nothing is signed that does not follow from the path as well, until the bytes are here.
 *   <li>R3: "absent" is said when every upstream said so; who did not answer makes it 503 where it is required.
 *   <li>R4: the last byte of a NAR goes out only after its file hash was compared, or its NAR hash where no file hash is known.
 *   <li>R5: one look-up for a path and one fetch for a file, however many ask; no lock and no connection of the database is held
 *       meanwhile.
 *   <li>R6: credentials are sealed, bound to their upstream and its origin, and go nowhere else.
 * </ul>
 *
 * <p>Out of scope: how requests go out ({@code outbound}), how a NAR is read and checked ({@code receive}).
 */
@NullMarked
package io.narthex.upstream;

import org.jspecify.annotations.NullMarked;
