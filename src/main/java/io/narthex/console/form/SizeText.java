package io.narthex.console.form;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sizes as people write them into a field: {@code 500 GiB}. */
public final class SizeText {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,19}(?:\\.[0-9]{1,6})?) ?(B|[KMGTP]iB)?", Pattern.CASE_INSENSITIVE);

    private static final List<String> UNITS = List.of("b", "kib", "mib", "gib", "tib", "pib");

    private SizeText() {}

    /** The digits of the number of bytes; the text itself where it is no size. */
    public static String bytes(String text) {
        Matcher size = FORM.matcher(text);
        if (!size.matches()) {
            return text;
        }
        String unit = size.group(2) == null ? "b" : size.group(2).toLowerCase(Locale.ROOT);
        BigDecimal factor = new BigDecimal(BigInteger.ONE.shiftLeft(10 * UNITS.indexOf(unit)));
        return new BigDecimal(size.group(1)).multiply(factor).toBigInteger().toString();
    }

    /** So that it means the same bytes when it is read again; empty for none. */
    public static String of(@Nullable Long bytes) {
        if (bytes == null) {
            return "";
        }
        for (int i = UNITS.size() - 1; i > 0; i--) {
            if (bytes > 0 && bytes % (1L << (10 * i)) == 0) {
                return (bytes >> (10 * i)) + " " + "BKMGTP".charAt(i) + "iB";
            }
        }
        return bytes.toString();
    }
}
