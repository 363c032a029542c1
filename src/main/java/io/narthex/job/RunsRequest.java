package io.narthex.job;

import io.narthex.http.Listing;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.job.JobException.UnknownRun;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says which part of a job's runs a client asks for.
 *
 * @param below only runs with a lesser id
 * @param limit how many at most
 */
record RunsRequest(long below, int limit) {
    /** Fits a long, and no sign. */
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    private static final int USUAL = 50;
    private static final int MOST = 1000;

    /**
     * @param limit 1 to 1000, 50 if missing
     * @param after the {@code next} of the page before
     * @throws ProblemException if either cannot be understood
     */
    static RunsRequest parse(@Nullable String limit, @Nullable String after) {
        return new RunsRequest(
                after == null ? Long.MAX_VALUE : number(after, 1, Long.MAX_VALUE, "after must be the next of a page"),
                limit == null ? USUAL : (int) number(limit, 1, MOST, "limit must be a number from 1 to " + MOST));
    }

    /** @throws UnknownRun if this is no number that a run could have */
    static long parseId(String id) {
        if (!DIGITS.matcher(id).matches()) {
            throw new UnknownRun();
        }
        return Long.parseLong(id);
    }

    /** The page to answer with, from up to one run more than {@code limit}. */
    Listing<RunResponse> listing(List<JobRunEntity> found) {
        List<RunResponse> items =
                found.stream().limit(limit).map(RunResponse::of).toList();
        boolean more = found.size() > items.size();
        return new Listing<>(items, more ? Long.toString(items.getLast().id()) : null);
    }

    private static long number(String text, long least, long most, String otherwise) {
        boolean digits = DIGITS.matcher(text).matches();
        long number = digits ? Long.parseLong(text) : -1;
        if (number < least || number > most) {
            throw new ProblemException(ProblemType.BAD_REQUEST, otherwise);
        }
        return number;
    }
}
