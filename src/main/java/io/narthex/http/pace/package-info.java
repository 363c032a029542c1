/**
 * How slow whoever connects may be: a least pace of bodies that come and of answers that go, while others wait.
 *
 * <p>Entry points: {@link io.narthex.http.pace.PacedBodies}, {@link io.narthex.http.pace.PacedResponses}, {@link
 * io.narthex.http.pace.DroppedBodies} (what still comes of a request that was answered).
 *
 * <ul>
 *   <li>R1: nothing here holds a thread while it waits for a client.
 *   <li>R2: who is too slow loses the connection, or is answered 400, only where somebody else wants the place.
 *   <li>R3: a client that is still sending can read the refusal that it gets.
 * </ul>
 *
 * <p>Out of scope: whose turn it is ({@code share}).
 */
@NullMarked
package io.narthex.http.pace;

import org.jspecify.annotations.NullMarked;
