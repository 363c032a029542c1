/**
 * The server at a glance, for the console's first page and for {@code GET /api/v1/overview}: what tenants and caches hold, how
 * they were used on each of the last thirty days, what needs attention, and when the disk is full.
 *
 * <p>Entry points: {@link io.narthex.overview.Overviews}, for pages and for the resource alike.
 *
 * <ul>
 *   <li>R1: a caller sees the tenants and caches that it audits or administers; who does that for the server sees all.
 *   <li>R2: nothing is counted for this beside what is counted anyway: counts of days are added up behind the events and behind
 *       the reads, where these are written down.
 *   <li>R3: no question to the database reads more rows than there are caches and days.
 * </ul>
 *
 * <p>Out of scope: numbers of one node, which are in {@code meter}; the events themselves, which are in {@code auditor}.
 */
@NullMarked
package io.narthex.overview;

import org.jspecify.annotations.NullMarked;
