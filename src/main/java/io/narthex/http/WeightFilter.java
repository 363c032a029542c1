package io.narthex.http;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses media types whose weight is no number ({@code Accept: text/html;q=x}). RESTEasy 6.2 takes such a header for a
 * failure of the server's, while it looks for the method that answers: this runs before that.
 */
@Provider
@PreMatching
@ApplicationScoped
public class WeightFilter implements ContainerRequestFilter {
    private static final List<String> OF_MEDIA_TYPES = List.of(HttpHeaders.ACCEPT, HttpHeaders.CONTENT_TYPE);

    private static final Pattern WEIGHT = Pattern.compile(";\\s*q\\s*=\\s*([^;,]*)", Pattern.CASE_INSENSITIVE);

    /** As RESTEasy reads them. RFC 9110 has a digit before the point; the JDK's own client sends {@code q=.2}. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}|\\d{0,9}\\.\\d{1,9}|\\d{1,9}\\.");

    @Override
    public void filter(ContainerRequestContext request) {
        for (String header : OF_MEDIA_TYPES) {
            String value = request.getHeaderString(header);
            Matcher weights = WEIGHT.matcher(value == null ? "" : value);
            while (weights.find()) {
                String weight = weights.group(1).strip();
                if (!NUMBER.matcher(weight).matches()) {
                    throw new ProblemException(
                            ProblemType.BAD_REQUEST,
                            "The q of " + header + " must be a number from 0 to 1" + RequestText.met(weight));
                }
            }
        }
    }
}
