package io.narthex.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What stands in which kind of migration (src/docs/schema.md). */
class MigrationFilesTest {
    private static final Path DIRECTORY = Path.of("db-migrations");
    private static final String FIRST_LINE =
            "-- Repeatable: runs again, with all others, when any migration changes: ${migrations}";

    /** Their functions compute columns and indexes of tables, so that they are part of these. */
    private static final Set<String> COMPUTE =
            Set.of("V6__store_path.sql", "V20__denial.sql", "V26__search.sql", "V50__quick_base_name.sql");

    @Test
    void makesEachRepeatableOneRunAgainWhenAnyChanges() throws Exception {
        assertThat(named("R__"))
                .hasSizeGreaterThan(5)
                .allSatisfy(file -> assertThat(Files.readAllLines(file).get(0)).isEqualTo(FIRST_LINE));
    }

    @Test
    void grantsAndMakesViewsInRepeatableOnesAlone() throws Exception {
        Predicate<String> repeatable = Pattern.compile(
                        "create (or replace )?(view|trigger|policy|function)|^grant|\\$\\{app}", Pattern.MULTILINE)
                .asPredicate();
        assertThat(named("V"))
                .hasSizeGreaterThan(5)
                .filteredOn(file -> !COMPUTE.contains(file.getFileName().toString()))
                .noneMatch(file -> repeatable.test(text(file)));
    }

    @Test
    void makesNoTableInARepeatableOne() throws Exception {
        Predicate<String> table = Pattern.compile("^(create|alter) (table|index|schema)", Pattern.MULTILINE)
                .asPredicate();
        assertThat(named("R__")).noneMatch(file -> table.test(text(file)));
    }

    private static List<Path> named(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
