/**
 * One NAR file of another cache while it arrives.
 *
 * <p>Entry points: {@link io.narthex.upstream.fetch.PassingNar} (what is here of it, for all who read it meanwhile), {@link
 * io.narthex.upstream.fetch.NarFetch} (brings its bytes).
 *
 * <ul>
 *   <li>R1: its bytes lie in a file without a name: memory holds none of them, and nothing stays where the process ends.
 *   <li>R2: its last byte may be sent only when somebody said that the file is right.
 *   <li>R3: each who holds it closes it once; the last one ends it.
 * </ul>
 *
 * <p>Out of scope: from which cache it comes and who wants it ({@code upstream}), whether its NAR is right ({@code receive}).
 */
@NullMarked
package io.narthex.upstream.fetch;

import org.jspecify.annotations.NullMarked;
