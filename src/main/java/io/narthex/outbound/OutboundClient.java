package io.narthex.outbound;

import io.narthex.configuration.Settings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks other servers by HTTP; the only class that does. Every call waits on the caller's thread. Thread-safe.
 *
 * <p>All calls throw an {@link OutboundException} where the other server may not be asked or gives no answer; whatever status
 * it gives is an answer.
 */
@ApplicationScoped
public class OutboundClient {
    @Inject
    private Settings settings;

    private @Nullable CheckedRequests requests;

    @PostConstruct
    void start() {
        requests = new CheckedRequests(
                settings.outbound().proxy(),
                new AddressPolicy(settings.outbound().addresses(), new ServerEndpoints(settings)),
                InetAddress::getAllByName,
                TrustedCertificates.of(settings));
    }

    /**
     * Fetches a document whole, for whoever needs no more than that.
     *
     * @param uri http or https; the caller says whether http will do
     * @param maxBytes how long it may be
     * @param deadline how long all of it may take, redirects and body included
     */
    public OutboundDocument get(URI uri, long maxBytes, Duration deadline) throws OutboundException {
        return get(OutboundRequest.of(uri), maxBytes, deadline);
    }

    /** The same with headers, credentials or limits of its own. */
    public OutboundDocument get(OutboundRequest request, long maxBytes, Duration deadline) throws OutboundException {
        return requests().get(request, maxBytes, deadline);
    }

    /**
     * Posts a form and reads the answer whole. No redirect is followed.
     *
     * @param form {@code application/x-www-form-urlencoded}
     */
    public OutboundDocument post(OutboundRequest request, String form, long maxBytes, Duration deadline)
            throws OutboundException {
        return requests().post(request, form, maxBytes, deadline);
    }

    /**
     * Opens an answer to be read as it comes. A single read waits as long as the request lets an answer stand still.
     *
     * @return what the server behind all redirects answers, whatever its status
     */
    public OutboundResponse open(OutboundRequest request) throws OutboundException {
        return requests().open(request);
    }

    /**
     * Checks that a URL which an answer names may be followed, as a redirect.
     *
     * @throws OutboundException where it leads from https to http, or to a host that the request does not name
     */
    public static void requireRedirect(OutboundRequest request, URI from, URI to) throws OutboundException {
        CheckedRequests.requireRedirect(request, from, to);
    }

    /** Whether a server may listen there. */
    public static boolean isPort(int number) {
        return CheckedRequests.isPort(number);
    }

    /** {@code scheme://host:port}, in lower case and with the port always there. */
    public static String originOf(URI uri) {
        return CheckedRequests.originOf(uri);
    }

    private CheckedRequests requests() {
        CheckedRequests known = requests;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    @PreDestroy
    void stop() {
        requests().close();
    }
}
