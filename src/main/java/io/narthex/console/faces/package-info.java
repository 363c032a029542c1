/**
 * What the console adds to Jakarta Faces itself; {@code faces-config.xml} names both classes.
 *
 * <p>Entry points: {@link io.narthex.console.faces.ConsoleViewHandler} takes the view from the request and not from the URL; {@link
 * io.narthex.console.faces.RecordElResolver} lets views read records.
 *
 * <p>R1: nothing here knows a page.
 *
 * <p>Out of scope: which view is shown ({@code console}).
 */
@NullMarked
package io.narthex.console.faces;

import org.jspecify.annotations.NullMarked;
