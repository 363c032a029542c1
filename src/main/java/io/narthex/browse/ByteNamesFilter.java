package io.narthex.browse;

import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.NarUrl;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;

/**
 * Hides the names below {@code serve/{hash}/} from JAX-RS, which takes escapes for UTF-8 and refuses those that are
 * none. {@link ServeResource} reads these names from the request's URI, as bytes.
 */
@WebFilter(filterName = "ByteNamesFilter", urlPatterns = "/serve/*", asyncSupported = true)
public class ByteNamesFilter implements Filter {
    private static final String PREFIX = "/serve/";
    private static final int END = PREFIX.length() + NarUrl.HASH;

    /** Whether a URI, still escaped, names something inside a path, so that the names may be any bytes. */
    public static boolean takes(String uri) {
        return uri.length() > END
                && uri.startsWith(PREFIX)
                && uri.charAt(END) == '/'
                && StorePathHash.tryParse(uri, PREFIX.length()) != null;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest asked = (HttpServletRequest) request;
        chain.doFilter(takes(asked.getRequestURI()) ? new WithoutNames(asked) : request, response);
    }

    private static final class WithoutNames extends HttpServletRequestWrapper {
        WithoutNames(HttpServletRequest request) {
            super(request);
        }

        @Override
        public StringBuffer getRequestURL() {
            StringBuffer url = super.getRequestURL();
            url.setLength(url.length() - getRequestURI().length() + END);
            return url;
        }
    }
}
