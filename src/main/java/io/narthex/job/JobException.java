package io.narthex.job;

/** Says what is wrong with a request about jobs. */
abstract sealed class JobException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private JobException(String message) {
        super(message);
    }

    /** There is no such job here. */
    static final class UnknownJob extends JobException {
        private static final long serialVersionUID = 1;

        UnknownJob() {
            super("unknown job");
        }
    }

    /** The job has no such run. */
    static final class UnknownRun extends JobException {
        private static final long serialVersionUID = 1;

        UnknownRun() {
            super("unknown run");
        }
    }

    /** The job runs already, here or on another node. */
    static final class AlreadyRunning extends JobException {
        private static final long serialVersionUID = 1;

        private final String job;
        private final long run;

        AlreadyRunning(String job, long run) {
            super("job=" + job + " run=" + run);
            this.job = job;
            this.run = run;
        }

        String job() {
            return job;
        }

        long run() {
            return run;
        }
    }

    /** It removes things, and the database is a restored one that nobody has accepted. */
    static final class StandsStill extends JobException {
        private static final long serialVersionUID = 1;

        StandsStill(String job) {
            super("stands still: " + job);
        }
    }

    /** The server stops and starts nothing more. */
    static final class Stopping extends JobException {
        private static final long serialVersionUID = 1;

        Stopping() {
            super("stopping");
        }
    }
}
