/**
 * The console: web pages at {@code /console} for people who would rather look than type.
 *
 * <p>Entry points: {@link io.narthex.console.ConsoleFilter} stands before all of it: it knows the session, decides what
 * the caller may see, and refuses posts of other sites. {@link io.narthex.console.ConsolePage} lists the pages, each with
 * its URL, its view and the right that it needs. A {@code …Page} bean gives a view what it shows; a {@link
 * io.narthex.console.PageAction} is one thing that a page lets its reader do. Views are Jakarta Faces files in {@code
 * WEB-INF/console}; {@code layout.xhtml} is around them all.
 *
 * <p>R1: pages call the services that the API calls; they have no rules of their own and see no entity. R2: nothing is kept
 * between two requests but a row of {@code console_session}, which any node reads: views have no state, and there is no
 * HTTP session. R3: what a caller may not do is neither shown nor possible: the page or the action names the right, once,
 * and the filter and the view ask the same. R4: whatever changes something is a POST with the form's token from a page of
 * this server. R5: no script or style stands in a page; both come from {@code assets/} and carry the answer's nonce. R6: a
 * session opens nothing but the console.
 *
 * <p>Out of scope: the first page {@code /} and {@code setup} ({@code browse}).
 */
@NullMarked
package io.narthex.console;

import org.jspecify.annotations.NullMarked;
