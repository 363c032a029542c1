package io.narthex.http;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says which part of a list a client asks for.
 *
 * @param after the last item of the page before; null: from the beginning
 * @param limit how many at most
 */
public record Page(@Nullable String after, int limit) {
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,4}");
    private static final int USUAL = 50;
    private static final int MOST = 1000;

    /**
     * Reads what a request asks for.
     *
     * @param limit 1 to 1000, 50 if missing
     * @param after the {@code next} of the page before
     * @param form of what can be a {@code next}
     * @throws ProblemException if either cannot be understood
     */
    public static Page parse(@Nullable String limit, @Nullable String after, Pattern form) {
        if (after != null && !form.matcher(after).matches()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "after must be the next of a page" + RequestText.met(after));
        }
        if (limit == null) {
            return new Page(after, USUAL);
        }
        int number = DIGITS.matcher(limit).matches() ? Integer.parseInt(limit) : 0;
        if (number < 1 || number > MOST) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "limit must be a number from 1 to " + MOST + RequestText.met(limit));
        }
        return new Page(after, number);
    }

    /** The page, from up to one item more than {@link #limit}, which tells whether there is a next one. */
    public <T, A> Listing<A> listing(List<T> found, Function<T, A> answer, Function<T, String> cursor) {
        List<T> shown = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > shown.size() ? cursor.apply(shown.getLast()) : null;
        return new Listing<>(shown.stream().map(answer).toList(), next);
    }
}
