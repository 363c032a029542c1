package io.narthex.outbound;

import java.io.IOException;
import java.net.SocketException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * Sends a request once more where its connection was closed before any answer: a server may close an idle one at the moment
 * in which it is used again. What is posted is not sent twice. What a server answers, 429 and 503 among it, is the caller's to judge.
 */
final class StaleConnections implements HttpRequestRetryStrategy {
    @Override
    public boolean retryRequest(HttpRequest request, IOException failure, int count, HttpContext context) {
        boolean closed = failure instanceof NoHttpResponseException
                || (failure instanceof SocketException && "Connection reset".equals(failure.getMessage()));
        return count == 1 && closed && request.getMethod().equals("GET");
    }

    @Override
    public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
        return false;
    }

    @Override
    public TimeValue getRetryInterval(HttpResponse response, int count, HttpContext context) {
        return TimeValue.ZERO_MILLISECONDS;
    }
}
