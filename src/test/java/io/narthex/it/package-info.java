/**
 * The surroundings of the integration tests, and the tests of the platform as a whole.
 *
 * <p>Entry point: a class named {@code …IT} with {@code @ExtendWith(ArquillianExtension.class)} and no deployment is a
 * client of the built WAR in the provisioned server, which is started once for the whole run. Before that {@link
 * io.narthex.it.EmbeddedDbExtension} starts a PostgreSQL and sets these system properties: {@code it.url} (HTTP of the
 * server), {@code it.home} (NARTHEX_HOME), {@code it.nix.root} (NARTHEX_NIX_STORE, empty at the start), {@code it.db.url}
 * and the logins {@code it.db.user}, {@code .password}, {@code .owner.user}, {@code .owner.password}.
 *
 * <p>What tests of several features use: {@link io.narthex.it.NixStore} (a store that the real Nix writes; {@code
 * served()} is the server's), {@link io.narthex.it.NixClient} (a real client with an empty store),
 * {@link io.narthex.it.WireClient} (HTTP over a bare socket) and {@link io.narthex.it.CuttingProxy} (a bad line). A machine
 * without Nix fails these tests; it does not skip them.
 *
 * <p>R1: HTTPS is port 20443 and management 21990, so that a server of the developer's own may run beside. R2: all tests
 * share the server's store, so that names of paths differ from test to test. R3: the application's login owns nothing
 * here either: a migration that forgets a grant fails its test.
 *
 * <p>Out of scope: tests of one feature, which stand in the feature's package.
 */
@NullMarked
package io.narthex.it;

import org.jspecify.annotations.NullMarked;
