package io.narthex.job;

/** What comes after a page of a job: another page, or an end. */
enum JobProgress {
    MORE,
    DONE,
    /** Somebody else has taken the job over; nothing of the page was kept. */
    LEASE_LOST
}
