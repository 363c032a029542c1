package io.narthex.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class WildFlyTest {
    private static final Path HOME = Path.of("/home");

    @Test
    void keepsLoadedClassesForTheNextStart() {
        assertThat(WildFly.loadedClasses(HOME, List.of("-Xmx1g")))
                .contains("-XX:+AutoCreateSharedArchive", "-XX:SharedArchiveFile=/home/wildfly.jsa");
    }

    /** The second option exists only behind the first one. */
    @Test
    void leavesThemWhereTheyAreInTheFile() {
        assertThat(WildFly.loadedClasses(HOME, List.of()))
                .containsSubsequence("-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0");
    }

    @Test
    void keepsThemOnlyInTheWayThatTheOperatorChose() {
        assertThat(WildFly.loadedClasses(HOME, List.of("-XX:AOTCache=/elsewhere")))
                .isEmpty();
    }

    @Test
    void keepsNoneBesideADebugger() {
        assertThat(WildFly.loadedClasses(HOME, List.of("-agentlib:jdwp=transport=dt_socket")))
                .isEmpty();
    }
}
