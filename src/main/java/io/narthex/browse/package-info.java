/**
 * What people look at: the first page, the files of a path, the lines that set a machine up.
 *
 * <p>Entry points: {@link io.narthex.browse.HomeResource}, {@link io.narthex.browse.ServeResource}, {@link
 * io.narthex.browse.SetupResource}.
 *
 * <ul>
 *   <li>R1: files of a path never run as script on this server's origin.
 *   <li>R2: a name is bytes: what is not UTF-8 has a link that works.
 *   <li>R3: a text is written into HTML by {@link io.narthex.browse.Html} alone.
 * </ul>
 *
 * <p>Out of scope: what Nix clients ask ({@code protocol}).
 */
@NullMarked
package io.narthex.browse;

import org.jspecify.annotations.NullMarked;
