package io.narthex.blob;

import jakarta.annotation.PostConstruct;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger.Level;

/** Opens the store when the server starts, so that one that cannot be used shows then and not at the first upload. */
@Singleton
@Startup
public class BlobStart {
    private static final System.Logger LOG = System.getLogger(BlobStart.class.getName());

    @Inject
    BlobStore store;

    @PostConstruct
    void start() {
        try {
            if (!store.hasRoom(1)) {
                LOG.log(Level.WARNING, "event=blob-disk-full: uploads are refused until there is room");
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "event=blob-room-unknown reason={0}", e.toString());
        }
    }
}
