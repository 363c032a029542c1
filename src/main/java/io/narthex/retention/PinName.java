package io.narthex.retention;

import io.narthex.http.RequestText;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Name of a pin: 1 to 128 letters, digits, dots, dashes, underscores and pluses, the first a letter or a digit. It stands in
 * a URL as it is.
 */
public record PinName(String text) {
    /** The table has the same. */
    static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}");

    public PinName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("no name of a pin");
        }
    }

    /** Empty for what is no name. */
    public static Optional<PinName> tryParse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new PinName(text)) : Optional.empty();
    }

    /**
     * For what must be one.
     *
     * @throws ProblemException 400, for what is no name
     */
    public static PinName parse(String text) {
        return tryParse(text)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.BAD_REQUEST,
                        "The name of a pin must be 1 to 128 letters, digits and . _ + -, the first a letter or a digit"
                                + RequestText.met(text)));
    }

    @Override
    public String toString() {
        return text;
    }
}
