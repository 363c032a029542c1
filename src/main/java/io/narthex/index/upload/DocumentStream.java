package io.narthex.index.upload;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a document, fetched from the database as they are read: a slow reader holds a slice of it and no connection.
 * Breaks off where the document is replaced meanwhile. For one thread.
 */
public final class DocumentStream extends InputStream {
    /** A few round trips for a large log, and little for many readers to hold. */
    private static final int SLICE_BYTES = 128 << 10;

    private final UploadedDocuments documents;
    private final DocumentFacts of;
    private byte[] slice = {};
    private int at;
    private long fetched;

    private DocumentStream(UploadedDocuments documents, DocumentFacts of) {
        this.documents = documents;
        this.of = of;
    }

    /** Decompressed. */
    public static InputStream open(UploadedDocuments documents, DocumentFacts of) throws IOException {
        return new ZstdInputStreamNoFinalizer(new DocumentStream(documents, of));
    }

    @Override
    public int read() throws IOException {
        return isAtEnd() ? -1 : Byte.toUnsignedInt(slice[at++]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (isAtEnd()) {
            return -1;
        }
        int part = Math.min(length, slice.length - at);
        System.arraycopy(slice, at, target, offset, part);
        at += part;
        return part;
    }

    private boolean isAtEnd() throws IOException {
        if (at == slice.length) {
            slice = documents
                    .slice(of, fetched, SLICE_BYTES)
                    .orElseThrow(() -> new FileNotFoundException("the document was replaced while it was read"));
            fetched += slice.length;
            at = 0;
        }
        return slice.length == 0;
    }
}
