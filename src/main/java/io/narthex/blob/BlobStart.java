package io.narthex.blob;

import io.narthex.configuration.BlobLocation;
import io.narthex.configuration.Settings;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens the blob store when the server starts, so that a store that cannot be used stops the start and not the first
 * upload. It also shows, as meters, how much room is left on the store's disk and on that of the server's home.
 */
@Singleton
@Startup
public class BlobStart {
    private static final System.Logger LOG = System.getLogger(BlobStart.class.getName());

    @Inject
    BlobStore store;

    @Inject
    Settings settings;

    @Inject
    Meters meters;

    @PostConstruct
    void start() {
        show("home", settings.home());
        if (settings.blobs() instanceof BlobLocation.Files files) {
            show("blobs", files.directory());
            meters.gauge("narthex.blob.room.bytes", "What uploads may still take of the disk of the blobs", this::room);
        }
        try {
            if (!store.hasRoom(1)) {
                LOG.log(Level.WARNING, "event=blob-disk-full: uploads are refused until there is room");
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "event=blob-room-unknown reason={0}", e.toString());
        }
    }

    private void show(String disk, Path directory) {
        meters.gauge(
                "narthex.disk.free.bytes",
                "Of the disk on which a directory lies",
                () -> {
                    try {
                        return Files.getFileStore(directory).getUsableSpace();
                    } catch (IOException e) {
                        return Double.NaN;
                    }
                },
                "directory",
                disk);
    }

    private double room() {
        try {
            return store.freeBytes();
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
