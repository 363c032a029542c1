package io.narthex.receive;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.index.StoredNar;
import io.narthex.nix.narinfo.Compression;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads parts of NARs that were pushed, whatever they are compressed with. Thread-safe. */
@ApplicationScoped
public class NarParts {
    @Inject
    private BlobStore blobs;

    /**
     * The bytes of a NAR from some place on, exactly so many. What lies before them is unpacked and thrown away, unless the
     * file is the NAR.
     *
     * @throws EOFException when there are not so many
     */
    public InputStream open(StoredNar nar, long first, long length) throws IOException {
        Blob blob = blobs.open(BlobKey.parse(nar.storageKey()))
                .orElseThrow(() -> new EOFException("the bytes of " + nar.fileName() + " are gone"));
        try {
            Compression compression = Compression.named(nar.compression())
                    .orElseThrow(() -> new IOException("a row has an unknown compression"));
            if (compression == Compression.NONE) {
                return new Closing(blob.range(first, length), blob);
            }
            InputStream plain = Decompressor.open(
                    compression, start(blob, nar), blob.range(0, nar.fileSize()), NarLimits.DEFAULT_MEMORY);
            try {
                plain.skipNBytes(first);
            } catch (IOException | RuntimeException e) {
                plain.close();
                throw e;
            }
            return new Closing(new Limited(plain, length), blob);
        } catch (IOException | RuntimeException e) {
            blob.close();
            throw e;
        }
    }

    private static byte[] start(Blob blob, StoredNar nar) throws IOException {
        try (InputStream start = blob.range(0, Math.min(WindowSize.LOOKED_AT, nar.fileSize()))) {
            return start.readAllBytes();
        }
    }

    /** Ends after so many bytes. */
    private static final class Limited extends FilterInputStream {
        private long left;

        Limited(InputStream in, long length) {
            super(in);
            left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = super.read(target, offset, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException("the NAR ends too early");
            }
            left -= read;
            return read;
        }
    }

    /** Closes the blob with the stream. */
    private static final class Closing extends FilterInputStream {
        private final Blob blob;

        Closing(InputStream in, Blob blob) {
            super(in);
            this.blob = blob;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return in.read(target, offset, length);
        }

        @Override
        public void close() throws IOException {
            try (blob) {
                super.close();
            }
        }
    }
}
