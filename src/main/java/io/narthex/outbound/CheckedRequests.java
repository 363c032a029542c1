package io.narthex.outbound;

import io.narthex.configuration.AddressBlock;
import io.narthex.thread.NamedThreads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.StringEntity;

/** Sends requests and follows redirects, each checked as {@link OutboundClient} promises. Thread-safe. */
final class CheckedRequests implements AutoCloseable {
    private static final int MOST_REDIRECTS = 3;
    /** A piece of a body. */
    private static final int PIECE = 16 << 10;

    private final Optional<URI> proxy;
    private final CheckedNames names;
    private final OutboundPool documents;
    private final OutboundPool files;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("narthex-outbound"));

    /** What is fetched: documents and files have connections of their own, so that neither keeps the other waiting. */
    private enum Kind {
        DOCUMENT,
        FILE
    }

    CheckedRequests(
            Optional<URI> proxy, AddressPolicy policy, CheckedNames.Lookup lookup, TrustedCertificates trusted) {
        this.proxy = proxy;
        Optional<HttpHost> host =
                proxy.map(uri -> new HttpHost("http", uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort()));
        names = new CheckedNames(policy, host, lookup);
        documents = new OutboundPool(names, host, trusted);
        files = new OutboundPool(names, host, trusted);
    }

    OutboundDocument get(OutboundRequest request, long maxBytes, Duration deadline) throws OutboundException {
        return document(request, maxBytes, deadline, limit -> open(request, Kind.DOCUMENT, limit));
    }

    /** Posts a form, once; a redirect is an answer like any other, so that nobody else gets what stands in it. */
    OutboundDocument post(OutboundRequest request, String form, long maxBytes, Duration deadline)
            throws OutboundException {
        HttpPost post = new HttpPost(sent(request.uri()));
        post.setEntity(new StringEntity(form, ContentType.APPLICATION_FORM_URLENCODED));
        return document(request, maxBytes, deadline, limit -> send(post, request, request.uri(), Kind.DOCUMENT, limit));
    }

    /** Sends a request, which the deadline ends. */
    private interface Sending {
        OutboundResponse send(Deadline limit) throws OutboundException;
    }

    private OutboundDocument document(OutboundRequest request, long maxBytes, Duration deadline, Sending sending)
            throws OutboundException {
        Deadline limit = new Deadline(request.uri(), deadline);
        Future<?> end = timer.schedule(limit::pass, deadline.toMillis(), TimeUnit.MILLISECONDS);
        try (OutboundResponse response = sending.send(limit)) {
            byte[] body = read(response, maxBytes);
            return new OutboundDocument(
                    response.status(),
                    body,
                    response.header("Retry-After"),
                    response.header("Content-Encoding"),
                    response.header("Content-Type").orElse(null));
        } catch (OutboundException e) {
            throw limit.worded(e);
        } catch (IOException e) {
            throw limit.worded(new OutboundException.Unreachable(
                    String.valueOf(request.uri().getHost()), e));
        } finally {
            end.cancel(false);
        }
    }

    private static byte[] read(OutboundResponse response, long most) throws IOException {
        if (response.length().orElse(0) > most) {
            response.cancel();
            throw new OutboundException.TooLong(response.uri().getHost(), most);
        }
        BoundedBytes read = new BoundedBytes(most);
        byte[] piece = new byte[PIECE];
        for (int n = response.body().read(piece); n >= 0; n = response.body().read(piece)) {
            if (!read.add(piece, n)) {
                response.cancel();
                throw new OutboundException.TooLong(response.uri().getHost(), most);
            }
        }
        return read.toBytes();
    }

    OutboundResponse open(OutboundRequest request) throws OutboundException {
        return open(request, Kind.FILE, new Deadline(request.uri(), Duration.ofDays(1)));
    }

    private OutboundResponse open(OutboundRequest request, Kind kind, Deadline limit) throws OutboundException {
        URI uri = request.uri();
        for (int redirects = 0; ; redirects++) {
            OutboundResponse response = send(new HttpGet(sent(uri)), request, uri, kind, limit);
            Optional<String> location = isRedirect(response.status()) ? response.header("Location") : Optional.empty();
            if (location.isEmpty()) {
                return response;
            }
            response.cancel();
            response.close();
            if (redirects == MOST_REDIRECTS) {
                throw new OutboundException.RedirectRefused(uri, "more than " + MOST_REDIRECTS + " times");
            }
            uri = target(request, uri, location.get());
        }
    }

    private static boolean isRedirect(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    private static URI target(OutboundRequest request, URI from, String location) throws OutboundException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new OutboundException.RedirectRefused(from, "to what is no URL");
        }
        requireRedirect(request, from, to);
        return to;
    }

    /** @throws OutboundException where it leads from https to http, or to a host that the request does not name */
    static void requireRedirect(OutboundRequest request, URI from, URI to) throws OutboundException {
        if ("https".equalsIgnoreCase(from.getScheme()) && !"https".equalsIgnoreCase(to.getScheme())) {
            throw new OutboundException.RedirectRefused(from, "from https to " + to.getScheme());
        }
        String host = String.valueOf(to.getHost());
        if (!request.redirectHosts().isEmpty() && !isNamed(request, host)) {
            throw new OutboundException.RedirectRefused(from, "to " + host + ", which redirectHosts does not name");
        }
    }

    private static boolean isNamed(OutboundRequest request, String host) {
        return host.equalsIgnoreCase(request.uri().getHost())
                || request.redirectHosts().stream().anyMatch(host::equalsIgnoreCase);
    }

    private OutboundResponse send(
            HttpUriRequestBase message, OutboundRequest request, URI uri, Kind kind, Deadline limit)
            throws OutboundException {
        if (proxy.isPresent()) {
            requireProxied(request, uri);
        }
        request.headers().forEach(message::setHeader);
        request.credentials()
                .filter(credentials -> credentials.origin().equals(originOf(uri))
                        && uri.getScheme().equals("https"))
                .ifPresent(credentials -> message.setHeader("Authorization", credentials.authorization()));
        limit.guard(message);
        return pool(kind).send(message, uri, request);
    }

    private static void requireUsable(URI uri) throws OutboundException {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw new OutboundException.BadUrl("a URL must begin with https:// or http:// and name a host");
        }
        if (uri.getRawUserInfo() != null) {
            throw new OutboundException.BadUrl("a URL must have no user in it");
        }
        if (uri.getPort() != -1 && !isPort(uri.getPort())) {
            throw new OutboundException.BadUrl("there is no port " + uri.getPort());
        }
    }

    /** The proxy resolves names, so that addresses cannot be checked: only a host that somebody here has named is asked for. */
    private void requireProxied(OutboundRequest request, URI uri) throws OutboundException {
        String host = uri.getHost();
        String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        InetAddress address;
        try {
            address = AddressBlock.parseAddress(literal);
        } catch (IllegalArgumentException e) {
            if (!isNamed(request, host)) {
                throw new OutboundException.HostRefused(host, "the proxy is asked for hosts alone that are named here");
            }
            return;
        }
        if (!names.allowsLiteral(address, portOf(uri))) {
            throw new OutboundException.HostRefused(host, OutboundPool.NOT_PUBLIC);
        }
    }

    /** The URL as a server is asked for it, without a fragment. The library takes none that is not usable. */
    private static URI sent(URI uri) throws OutboundException {
        requireUsable(uri);
        String text = uri.toString();
        int fragment = text.indexOf('#');
        return fragment < 0 ? uri : URI.create(text.substring(0, fragment));
    }

    static String originOf(URI uri) {
        return (uri.getScheme() + "://" + uri.getHost() + ":" + portOf(uri)).toLowerCase(Locale.ROOT);
    }

    /** Java's URIs take any number, and the library throws what nobody expects. */
    static boolean isPort(int number) {
        return number > 0 && number <= 65_535;
    }

    private static int portOf(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "http".equalsIgnoreCase(uri.getScheme()) ? 80 : 443;
    }

    private OutboundPool pool(Kind kind) {
        return kind == Kind.DOCUMENT ? documents : files;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        documents.close();
        files.close();
        names.close();
    }
}
