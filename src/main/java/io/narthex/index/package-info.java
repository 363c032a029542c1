/**
 * What a cache holds, under which signatures, and memory's part of it.
 *
 * <p>Entry points: {@link io.narthex.index.PathIndex} (one path of a cache by its hash), {@link io.narthex.index.NarFiles} (by the
 * file of its NAR), {@link io.narthex.index.PathsElsewhere} (what others have and this cache may show). A
 * {@link io.narthex.index.PathSource} is where paths come from: a new one is a bean in a room of its own, and nothing here changes.
 *
 * <ul>
 *   <li>R1: a {@link io.narthex.index.SignedPath} cannot be made without the signature of every key that signs now, and
 *       only it can be rendered: an answer without our signature is impossible.
 *   <li>R2: memory answers only what is known to be current: each source's {@link io.narthex.index.SourceMemory} says so.
 * </ul>
 *
 * <p>Out of scope: HTTP ({@code protocol}), keys ({@code key}), when jobs run ({@code job}). Sources and their rows are in rooms
 * that stand on this one: {@code index.local} for the machine's store, {@code index.upload} for what was pushed; {@code
 * index.signing} has the jobs that sign what is stored, {@code index.search} finds paths by what people know of them.
 */
@NullMarked
package io.narthex.index;

import org.jspecify.annotations.NullMarked;
