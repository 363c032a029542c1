/** What the build runs besides the tests: the formatter. */
@NullMarked
package io.narthex.build;

import org.jspecify.annotations.NullMarked;
