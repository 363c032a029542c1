package io.narthex.job;

/** What comes after a page. */
enum JobProgress {
    MORE,
    DONE,
    /** Somebody else has taken the job over; nothing of the page was kept. */
    LEASE_LOST
}
