/**
 * How pages write what they show: numbers, moments, and lines that SVG draws.
 *
 * <p>Entry points: {@link io.narthex.console.format.PageText} for text, {@link io.narthex.console.format.Curve} for a number a
 * day, {@link io.narthex.console.format.KeyLives} for the lives of keys.
 *
 * <p>R1: the same number is written the same way on every page, and moments are in UTC. R2: what a line shows stands in words
 * beside it, for who does not see it.
 *
 * <p>Out of scope: which numbers ({@code overview}, {@code key}); colours ({@code console.css}).
 */
@NullMarked
package io.narthex.console.format;

import org.jspecify.annotations.NullMarked;
