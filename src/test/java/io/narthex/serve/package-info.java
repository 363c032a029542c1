/**
 * The launcher behind {@code mvn -Pserve}: PostgreSQL, then WildFly with the application, then the banner, until Ctrl-C.
 *
 * <p>It is a process of its own beside the server and stands among the tests, because it needs their class path (the
 * PostgreSQL binaries) and none of it belongs into the WAR. The integration tests start their PostgreSQL with the same
 * class {@link io.narthex.serve.EmbeddedDb}.
 *
 * <p>R1: what the user can do something about is found before anything is started, and is one line that begins with
 * {@code narthex:}. R2: whatever ends, this process, its parent, the server or the machine, nothing stays behind that the
 * next start does not find and stop. R3: no secret on a command line. R4: the server runs from a copy in the home, so that
 * a build beside it takes nothing away.
 *
 * <p>Out of scope: an operator's own WildFly, which README.md and {@code wildfly-config/} describe.
 */
@NullMarked
package io.narthex.serve;

import org.jspecify.annotations.NullMarked;
