package io.narthex.blob;

import io.narthex.configuration.BlobLocation;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.outbound.TrustedCertificates;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;

/** Makes the one blob store that the settings name, and stops the start if it cannot be used. */
@ApplicationScoped
public class BlobStoreProducer {
    @Inject
    Settings settings;

    @Produces
    @Singleton
    BlobStore store() {
        return open(settings);
    }

    static BlobStore open(Settings settings) {
        return switch (settings.blobs()) {
            case BlobLocation.Files files -> files(settings, files);
            case BlobLocation.S3 s3 -> s3(settings, s3);
        };
    }

    private static BlobStore files(Settings settings, BlobLocation.Files files) {
        try {
            return new FileBlobStore(files.directory(), settings.diskReserve(), new SecureRandom());
        } catch (IOException e) {
            throw StartRefused.because(
                    settings,
                    "the directory " + files.directory() + " for uploads cannot be made or written to by user "
                            + System.getProperty("user.name") + " ("
                            + e.getClass().getSimpleName()
                            + "): give it to that user, or name another in NARTHEX_BLOBS");
        }
    }

    private static BlobStore s3(Settings settings, BlobLocation.S3 s3) {
        TrustedCertificates trusted = TrustedCertificates.of(settings);
        S3BlobStore store = null;
        try {
            store = new S3BlobStore(s3, Optional.of(trusted), settings.home().resolve("spool"), new SecureRandom());
            store.check();
            return store;
        } catch (IOException | RuntimeException e) {
            if (store != null) {
                store.close();
            }
            throw StartRefused.because(
                    settings,
                    "the bucket " + s3.bucket() + " of NARTHEX_BLOBS cannot be listed, written to and read from ("
                            + e.getMessage() + "): check NARTHEX_S3_ENDPOINT, NARTHEX_S3_REGION, the bucket's name and"
                            + " what the credentials may do");
        }
    }

    void close(@Disposes BlobStore store) {
        store.close();
    }
}
