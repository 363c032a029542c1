/**
 * Forms of pages about settings: what their fields hold, and what becomes of what was typed into them.
 *
 * <p>Entry points: {@link io.narthex.console.form.FormValues} gives a view the value of each field; {@link
 * io.narthex.console.form.FormJson} makes the body of an API's PUT of what was posted.
 *
 * <ul>
 *   <li>R1: a page has no rules of its own: what was typed becomes the JSON that the API takes, and the API's reader says what is
 *       wrong with it.
 *   <li>R2: whoever is refused finds what was typed where it was.
 * </ul>
 *
 * <p>Out of scope: whether somebody may post a form, which the filter of {@code console} asks.
 */
@NullMarked
package io.narthex.console.form;

import org.jspecify.annotations.NullMarked;
