package io.narthex.http;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL at which clients reach this server, as it is printed in responses.
 *
 * @param text scheme, host and port, perhaps a path; no slash at its end
 */
public record BaseUrl(String text) {
    private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";

    /** RFC 3986, 3.2.2, less what no host of ours is called: no percent signs, no user, no empty label. */
    private static final Pattern AUTHORITY = Pattern.compile(
            "(?<host>(" + LABEL + "\\.)*" + LABEL + "\\.?|\\[[0-9a-f:.]{2,45}])(:(?<port>[0-9]{1,5}))?");

    /** DNS: a name is shorter than this. */
    private static final int LONGEST = 255;

    /**
     * The operator's URL, else the one that the request was sent to.
     *
     * @param configured the setting
     * @param scheme {@code http} or {@code https}, as the client used it
     * @param host the request's Host header
     * @param context the path below which the application is deployed, usually empty
     * @throws ProblemException if nothing is configured and the Host is missing or is no host and port
     */
    public static BaseUrl of(Optional<URI> configured, String scheme, @Nullable String host, String context) {
        return configured
                .map(url -> new BaseUrl(url.toString()))
                .orElseGet(() -> new BaseUrl(scheme + "://" + authority(scheme, host) + context));
    }

    private static String authority(String scheme, @Nullable String host) {
        String text = host == null ? "" : host.toLowerCase(Locale.ROOT);
        Matcher matcher = AUTHORITY.matcher(text);
        if (text.length() > LONGEST || !matcher.matches()) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "The Host header is no host name and port");
        }
        String name = matcher.group("host");
        String port = matcher.group("port");
        if (port == null) {
            return name;
        }
        int number = Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "The Host header's port is out of range");
        }
        return isDefault(scheme, number) ? name : name + ":" + number;
    }

    private static boolean isDefault(String scheme, int port) {
        return port == (scheme.equals("https") ? 443 : 80);
    }

    /** The URL of a path, which begins with a slash. */
    public URI resolve(String path) {
        return URI.create(text + path);
    }

    /** The host alone, in lower case. */
    public String host() {
        URI uri = URI.create(text);
        String host = uri.getHost() == null ? uri.getAuthority() : uri.getHost();
        return host.toLowerCase(Locale.ROOT);
    }

    /** The host as a line of netrc has it: without a port, and an address of IPv6 without the brackets of URLs. */
    public String machine() {
        // a name with an underscore is no host to java.net.URI, and comes with its port
        String host = host().replaceFirst(":[0-9]+$", "");
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** What a browser sends as {@code Origin} from pages of this server. */
    public String origin() {
        URI uri = URI.create(text);
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost() == null ? uri.getAuthority() : uri.getHost();
        int port = uri.getPort();
        String origin = scheme + "://" + host.toLowerCase(Locale.ROOT);
        return port < 0 || isDefault(scheme, port) || uri.getHost() == null ? origin : origin + ":" + port;
    }
}
