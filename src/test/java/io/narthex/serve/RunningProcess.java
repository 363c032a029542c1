package io.narthex.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process known by its id and its start, since ids are given again. */
final class RunningProcess {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private RunningProcess() {}

    /** Writes down a process, for {@link #recorded} of a later start. */
    static void record(Path file, ProcessHandle process) throws IOException {
        Files.writeString(file, process.pid() + " " + startOf(process).toEpochMilli() + "\n");
    }

    /** The process that the file names, if it still runs. */
    static Optional<ProcessHandle> recorded(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String[] words = Files.readString(file).strip().split(" ", 2);
        if (words.length != 2 || !words[0].matches("\\d+") || !words[1].matches("\\d+")) {
            return Optional.empty();
        }
        return find(Long.parseLong(words[0]), Instant.ofEpochMilli(Long.parseLong(words[1])), Duration.ofMillis(50));
    }

    /** The process of that id, if it was started then, give or take {@code slack}. */
    static Optional<ProcessHandle> find(long pid, Instant start, Duration slack) {
        return ProcessHandle.of(pid)
                // one that ended and that nobody has reaped, as in a container without an init, has no command
                .filter(p -> p.info().command().isPresent())
                .filter(p -> Duration.between(startOf(p), start).abs().compareTo(slack) <= 0);
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }

    /** Asks the process to end and waits; after a minute it is killed. */
    static void end(ProcessHandle process) {
        process.destroy();
        if (!awaitEnd(process, PATIENCE)) {
            process.destroyForcibly();
        }
    }

    /** Whether the process ends in that time. */
    static boolean awaitEnd(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
