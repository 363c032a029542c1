package io.narthex.job;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.regex.Pattern;

/** Names a job and what it works on; there is one lease for each. */
@Embeddable
record JobKey(
        @Column(nullable = false) String job,
        @Column(nullable = false) String subject) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    JobKey {
        if (!NAME.matcher(job).matches()) {
            throw new IllegalArgumentException("no name for a job: " + job);
        }
    }

    static JobKey of(Job job) {
        return new JobKey(job.name(), job.subject());
    }
}
