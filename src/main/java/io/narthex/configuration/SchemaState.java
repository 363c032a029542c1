package io.narthex.configuration;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;

/**
 * What the history of a database says beside the migrations that are built in.
 *
 * @param migrations those that are built in or that were run in the database, as Flyway tells of them
 */
record SchemaState(List<MigrationInfo> migrations) {
    private static final MigrationVersion FIRST = MigrationVersion.fromVersion("1");

    SchemaState {
        migrations = List.copyOf(migrations);
    }

    /** One text for all that is built in: another where a migration has another name or content. */
    String digest() {
        String all = migrations.stream()
                .filter(m -> m.getResolvedChecksum() != null)
                .map(m -> m.getScript() + " " + m.getResolvedChecksum())
                .distinct()
                .sorted()
                .toList()
                .toString();
        return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Whether a build made it whose migrations were numbered by their days, before they were folded into few. */
    boolean isOfBeforeTheFirst() {
        return versioned().anyMatch(SchemaState::ran)
                && versioned()
                        .filter(SchemaState::ran)
                        .map(MigrationInfo::getVersion)
                        .noneMatch(FIRST::equals);
    }

    /**
     * Whether a later build migrated the database: by a version that is not known here, or by running repeatable migrations
     * behind all of ours.
     */
    boolean isLater() {
        List<MigrationInfo> due =
                migrations.stream().filter(in(MigrationState.PENDING)).toList();
        return versioned().anyMatch(in(MigrationState.FUTURE_SUCCESS))
                || (!due.isEmpty() && due.stream().allMatch(this::ranAndWasReplaced));
    }

    private boolean ranAndWasReplaced(MigrationInfo due) {
        return migrations.stream()
                .filter(in(MigrationState.SUPERSEDED))
                .anyMatch(m -> m.getScript().equals(due.getScript())
                        && m.getAppliedChecksum().equals(due.getResolvedChecksum()));
    }

    private Stream<MigrationInfo> versioned() {
        return migrations.stream().filter(MigrationInfo::isVersioned);
    }

    private static boolean ran(MigrationInfo migration) {
        return migration.getInstalledRank() != null;
    }

    private static Predicate<MigrationInfo> in(MigrationState state) {
        return m -> m.getState() == state;
    }
}
