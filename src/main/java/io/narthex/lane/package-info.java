/**
 * What stands before JAX-RS: each request is looked at on the IO thread, and answered there or given to a thread in its turn.
 *
 * <p>Entry points: {@link io.narthex.lane.FastLane}, which every request meets first; {@link io.narthex.lane.Lanes}, the threads
 * and who waits for them; {@link io.narthex.lane.UploadLane}, which receives NAR files and narinfos.
 *
 * <ul>
 *   <li>R1: the IO thread never waits: what memory does not know, or what takes longer, is given to a lane.
 *   <li>R2: a lane's threads are shared out by tenant, then token, then address ({@code share}); what waits too long is told so.
 *   <li>R3: an answer from here is the one that the resource would have given, byte for byte.
 *   <li>R4: a request that is not as usual goes on to its resource.
 * </ul>
 *
 * <p>Out of scope: the URLs themselves ({@code protocol}), how bytes go out ({@code transfer}).
 */
@NullMarked
package io.narthex.lane;

import org.jspecify.annotations.NullMarked;
