package io.narthex.quota;

import io.narthex.configuration.BlobLocation;
import io.narthex.configuration.Settings;
import io.narthex.configuration.TenantQuota;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** Says which quota a new tenant has, so that the first one to push without end does not fill the disk of all. */
@ApplicationScoped
public class TenantQuotas {
    /** What an organisation of some hundred people builds in a year or so. */
    private static final long MOST_OF_DISK = 100L << 30;

    /** Five tenants that are full leave the disk full. */
    private static final int PART_OF_DISK = 5;

    @Inject
    private Settings settings;

    /** Of a tenant that is made now. */
    public Quota initial() {
        return Quota.INITIAL.withMaxBytes(
                switch (settings.tenantQuota()) {
                    case TenantQuota.None none -> null;
                    case TenantQuota.Bytes bytes -> (Long) bytes.count();
                    case TenantQuota.OfDisk part -> partOfDisk();
                });
    }

    private Long partOfDisk() {
        if (!(settings.blobs() instanceof BlobLocation.Files files)) {
            throw new IllegalStateException("a bucket has no size");
        }
        try {
            long disk = Files.getFileStore(files.directory()).getTotalSpace();
            return Math.clamp(disk / PART_OF_DISK, 1, MOST_OF_DISK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
