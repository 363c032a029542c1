@NullMarked
package io.narthex.console.session;

import org.jspecify.annotations.NullMarked;
