package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Browser;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;

/** The page of jobs while one works, in a real browser. */
@ExtendWith(SharedServer.class)
class JobsPageIT {
    private static final String JOB = "sweep-sessions";
    private static final By BAR = By.cssSelector("progress[aria-label='" + JOB + "']");

    private final Rows rows = Rows.ofServer();

    /** Another node, which only these rows know, has the job. */
    @BeforeEach
    void begin() throws Exception {
        rows.change(
                "insert into job_lease (job, subject, number) values (?, 'sessions', 0) on conflict do nothing", JOB);
        rows.change(
                "update job_lease set number = number + 1, owner = gen_random_uuid(), held_until = now() + interval '1"
                        + " h' where job = ?",
                JOB);
        rows.change(
                "insert into job_run (job, subject, lease_number, started_at, outcome, done, total, progress_at)"
                    + " select job, subject, number, now(), 'RUNNING', 250, 1000, now() from job_lease where job = ?",
                JOB);
    }

    @AfterEach
    void end() throws Exception {
        finish();
        rows.change("update job_lease set owner = null, held_until = null where job = ?", JOB);
    }

    private void finish() throws Exception {
        rows.change(
                "update job_run set outcome = 'SUCCEEDED', ended_at = now() where job = ? and outcome = 'RUNNING'",
                JOB);
    }

    @Test
    void movesTheBarsByItself() throws Exception {
        Browser browser = Browser.start();
        browser.logIn(ApiClient.token());
        browser.driver().get(System.getProperty("it.url") + "/console/jobs");
        browser.await(BAR, "25 %");

        rows.change("update job_run set done = 750, progress_at = now() where job = ? and outcome = 'RUNNING'", JOB);

        browser.await(BAR, "75 %");
        assertThat(browser.driver().findElement(BAR).getDomProperty("value")).isEqualTo("75");
        browser.await(By.id("jobs"), "750 of 1,000");
        assertThat(browser.complaints()).isEmpty();
    }
}
