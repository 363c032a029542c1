package io.narthex.scrub;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobStore;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one file piece by piece and compares its hash; one that is wrong is read again past the system's cache. */
final class FileProof implements AutoCloseable {
    private static final int PIECE = 1 << 20;

    private final BlobStore blobs;
    private final StoredFile file;
    private final MessageDigest digest = HashAlgorithm.SHA256.newDigest();
    private final byte[] piece = new byte[PIECE];

    private @Nullable Blob blob;
    private @Nullable InputStream stream;
    private boolean again;
    private long read;

    /** What came of reading. */
    sealed interface Result {
        /** There is more to read. */
        record Unfinished() implements Result {}

        record Right() implements Result {}

        /** It was read to its end twice. */
        record Wrong(NixHash actual) implements Result {}

        /** It could not be read to its end, or is of another size: it is tried again another time. */
        record Unreadable() implements Result {}
    }

    FileProof(BlobStore blobs, StoredFile file) {
        this.blobs = blobs;
        this.file = file;
    }

    boolean isOf(StoredFile other) {
        return file.id() == other.id();
    }

    /** Bytes that were read in all. */
    long read() {
        return read;
    }

    /** Reads so many bytes at most. */
    Result go(long most) {
        try {
            InputStream in = opened();
            if (in == null) {
                return new Result.Unreadable();
            }
            long left = most;
            while (left > 0) {
                int count = in.read(piece, 0, (int) Math.min(PIECE, left));
                if (count < 0) {
                    return ended();
                }
                digest.update(piece, 0, count);
                left -= count;
                read += count;
            }
            return new Result.Unfinished();
        } catch (IOException e) {
            return new Result.Unreadable();
        }
    }

    private @Nullable InputStream opened() throws IOException {
        if (stream != null) {
            return stream;
        }
        Optional<Blob> found = file.open(blobs, again);
        if (found.isEmpty()) {
            return null;
        }
        blob = found.get();
        if (blob.size() != file.size()) {
            return null;
        }
        stream = blob.range(0, file.size());
        return stream;
    }

    private Result ended() {
        NixHash actual = NixHash.ofSha256(digest.digest());
        if (actual.equals(file.hash())) {
            return new Result.Right();
        }
        if (again) {
            return new Result.Wrong(actual);
        }
        close();
        again = true;
        return new Result.Unfinished();
    }

    @Override
    public void close() {
        try {
            if (stream != null) {
                stream.close();
            }
        } catch (IOException e) {
            // it was read only
        } finally {
            stream = null;
            if (blob != null) {
                blob.close();
                blob = null;
            }
        }
    }
}
