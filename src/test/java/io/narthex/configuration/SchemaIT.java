package io.narthex.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the migrations make, in databases of its own. */
@ExtendWith(SharedServer.class)
class SchemaIT {
    private static final Path GOLDEN = Path.of("src/test/resources/schema/golden.txt");

    /**
     * Tables, columns, constraints, indexes, comments, privileges, function bodies and all else. What a change of
     * {@code db-migrations} makes of it is the difference that the change makes in the golden file.
     */
    @Test
    void isWhatTheGoldenFileSays() throws Exception {
        Path made = Path.of(System.getProperty("it.directory"), "schema.txt");
        try (SchemaDb db = SchemaDb.create("schema_golden")) {
            db.migrate();
            Files.writeString(made, db.describe());
        }
        assertThat(made).as("once it is right: cp " + made + " " + GOLDEN).hasSameTextualContentAs(GOLDEN);
    }
}
