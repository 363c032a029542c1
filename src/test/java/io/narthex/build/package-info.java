/** What the build runs besides the tests: the formatter, and what is done to the libraries of the WAR. */
@NullMarked
package io.narthex.build;

import org.jspecify.annotations.NullMarked;
