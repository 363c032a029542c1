/**
 * The surroundings of the integration tests, and the tests of the platform as a whole.
 *
 * <p>Entry point: a class named {@code …IT} with {@code @ExtendWith(SharedServer.class)} is a client of the built WAR in the
 * provisioned server, which a JVM that runs tests starts once, on a PostgreSQL of its own. {@link
 * io.narthex.it.ServerAddress} sets the system properties that tell how to reach it: {@code it.url} (HTTP), {@code
 * it.https.url}, {@code it.management.url}, {@code it.home} (NARTHEX_HOME), {@code it.nix.root} (NARTHEX_NIX_STORE, empty at
 * the start), {@code it.db.url} and the logins {@code it.db.user}, {@code .password}, {@code .owner.user}, {@code
 * .owner.password}. A class with a deployment has {@code @ExtendWith(ArquillianExtension.class)} and runs in that server.
 *
 * <p>Two such JVMs run at once, each a class at a time: a test may use its server as if it were alone, and nothing else of
 * the machine's. A test that needs other settings, or kills, has a {@link io.narthex.it.OwnServer}; it costs what a hundred
 * other tests do. {@code src/docs/testing.md} says where the time goes.
 *
 * <p>What tests of several features use: {@link io.narthex.it.NixStore} (a store that the real Nix writes; {@code
 * served()} is the server's), {@link io.narthex.it.NixClient} (a real client with an empty store),
 * {@link io.narthex.it.WireClient} (HTTP over a bare socket) and {@link io.narthex.it.CuttingProxy} (a bad line). A machine
 * without Nix fails these tests; it does not skip them.
 *
 * <p>R1: ports are found by {@link io.narthex.serve.FreePort}, so that a server of the developer's own may run beside. R2:
 * all tests share the server's store, so that names of paths differ from test to test. R3: the application's login owns
 * nothing here either: a migration that forgets a grant fails its test.
 *
 * <p>Out of scope: tests of one feature, which stand in the feature's package.
 */
@NullMarked
package io.narthex.it;

import org.jspecify.annotations.NullMarked;
