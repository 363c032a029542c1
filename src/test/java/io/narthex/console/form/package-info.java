@NullMarked
package io.narthex.console.form;

import org.jspecify.annotations.NullMarked;
