package io.narthex.trust;

import io.narthex.http.JsonBody;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads a form (RFC 6749, appendix B). Parameters that are not known are not looked at, as that RFC says (3.2). */
final class FormBody {
    private FormBody() {}

    /**
     * Reads all of it.
     *
     * @throws ExchangeRefusedException where a parameter stands twice, or is no text
     */
    static Map<String, String> read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(JsonBody.MOST + 1);
        if (bytes.length > JsonBody.MOST) {
            throw new ProblemException(ProblemType.TOO_LARGE, "The body is longer than " + JsonBody.MOST + " bytes");
        }
        Map<String, String> parameters = new HashMap<>();
        for (String pair : new String(bytes, StandardCharsets.US_ASCII).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (pair.isEmpty()) {
                continue;
            }
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw new ExchangeRefusedException(ExchangeRefusal.REQUEST, "A parameter stands twice in the form");
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ExchangeRefusedException(ExchangeRefusal.REQUEST, "The form has an escape that is none");
        }
    }
}
