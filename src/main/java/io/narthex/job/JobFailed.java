package io.narthex.job;

/** A failure that a job can explain to an administrator. */
public final class JobFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param sentence shown in the API: no SQL, no path, no secret
     * @param cause for the log
     */
    public JobFailed(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** @param sentence shown in the API: no SQL, no path, no secret */
    public JobFailed(String sentence) {
        super(sentence);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
