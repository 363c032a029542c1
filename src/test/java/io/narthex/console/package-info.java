@NullMarked
package io.narthex.console;

import org.jspecify.annotations.NullMarked;
