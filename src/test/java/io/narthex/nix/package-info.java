/** What the tests of the formats share: the golden files, seeded generators and mutations. */
@NullMarked
package io.narthex.nix;

import org.jspecify.annotations.NullMarked;
