package io.narthex.trust;

import io.narthex.outbound.OutboundClient;
import io.narthex.outbound.OutboundDocument;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** Fetches documents by the server's one way out. */
@ApplicationScoped
class OutboundDocuments implements IssuerDocuments {
    private static final int OK = 200;

    @Inject
    private OutboundClient client;

    @Override
    public byte[] get(URI uri, int most, Duration deadline) throws IOException {
        OutboundDocument document = client.get(uri, most, deadline);
        if (document.status() != OK) {
            throw new IOException(uri.getHost() + " answers " + document.status() + " for " + uri.getPath());
        }
        return document.body();
    }
}
