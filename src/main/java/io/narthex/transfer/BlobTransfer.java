package io.narthex.transfer;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.index.StoredNar;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;

/** Sends uploaded files as they lie. They were verified when they came; their length is looked at again. */
@ApplicationScoped
public class BlobTransfer {
    private static final System.Logger LOG = System.getLogger(BlobTransfer.class.getName());

    @Inject
    private BlobStore blobs;

    /** The file of a NAR. */
    public NarBody of(StoredNar nar) {
        return new NarBody() {
            @Override
            public long length() {
                return nar.fileSize();
            }

            @Override
            public String tag() {
                return '"' + nar.fileHash().nix32() + '"';
            }

            @Override
            public void whole(OutputStream out) {
                send(nar, 0, nar.fileSize(), out);
            }

            @Override
            public void part(ByteRange.Part part, OutputStream out) {
                send(nar, part.first(), part.length(), out);
            }
        };
    }

    private void send(StoredNar nar, long first, long length, OutputStream out) {
        try (Blob blob =
                blobs.open(BlobKey.parse(nar.storageKey())).orElseThrow(() -> new IOException("its bytes are gone"))) {
            if (blob.size() != nar.fileSize()) {
                throw new IOException("it has " + blob.size() + " bytes where " + nar.fileSize() + " were received");
            }
            ResponseSink sink = ResponseSink.of(out);
            if (blob.channel().isPresent()) {
                sink.transfer(blob.channel().get(), first, length);
            } else {
                blob.range(first, length).transferTo(sink.asStream());
            }
        } catch (ResponseSink.ClientGoneException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=client-gone file={0}", nar.fileName());
            ResponseSink.breakOff();
        } catch (IOException e) {
            ResponseSink.breakOff();
            LOG.log(System.Logger.Level.ERROR, "event=blob-unreadable key=" + nar.storageKey(), e);
        }
    }
}
