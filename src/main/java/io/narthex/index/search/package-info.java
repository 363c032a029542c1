/**
 * Finds paths of a cache by what people know of them: a part of the name, the beginning of the hash, the NAR's file,
 * a program or library in it.
 *
 * <p>Entry points: {@link io.narthex.index.search.SearchText} (what somebody typed), {@link io.narthex.index.search.PathSearch}
 * (what the cache has of that). The jobs {@code index-programs} and {@code index-store-programs} write down which programs and libraries paths have.
 *
 * <ul>
 *   <li>R1: what is not given out is not found either: paths that are hidden, in quarantine or denied.
 *   <li>R2: an index leads with the cache, so that a search takes no longer for what other caches hold.
 *   <li>R3: a statement is planned for the very text that it looks for: one plan would not do for a rare and for a common one.
 * </ul>
 *
 * <p>Out of scope: who may search ({@code access}); what an upstream told of its paths ({@code upstream}).
 */
@NullMarked
package io.narthex.index.search;

import org.jspecify.annotations.NullMarked;
