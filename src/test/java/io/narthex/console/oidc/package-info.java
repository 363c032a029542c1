@NullMarked
package io.narthex.console.oidc;

import org.jspecify.annotations.NullMarked;
