package io.narthex.blob;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Keeps blobs, each under a key. Thread-safe; one writer or reader of it is not. */
public interface BlobStore extends AutoCloseable {
    /**
     * Begins a blob under a new random key.
     *
     * @throws NoRoomException if the store has no room for more
     */
    BlobWriter create() throws IOException;

    /** The blob of a key, to read; empty if the store has none. It can be read to its end although it is deleted meanwhile. */
    Optional<Blob> open(BlobKey key) throws IOException;

    /** The same, read past what the system remembers of it, where the store can. */
    default Optional<Blob> openPastCache(BlobKey key) throws IOException {
        return open(key);
    }

    /** Deletes a blob; an absent one is no error. */
    void delete(BlobKey key) throws IOException;

    /**
     * Names every blob that was last written to before a time, in no order, for a sweep of bytes without a row: also what
     * writers left unfinished when their process died. Memory does not grow with the number of blobs; the consumer may
     * delete. Interruption ends it by {@link java.io.InterruptedIOException}.
     */
    void list(Instant olderThan, Consumer<BlobKey> keys) throws IOException;

    /**
     * Removes what writers that began before a time left unfinished and {@link #list} cannot name: parts of uploads to
     * S3.
     */
    void removeUnfinished(Instant olderThan) throws IOException;

    /**
     * The mark that lies beside the blobs: a few kilobytes that say whose they are; empty where nobody has written one. It is no
     * blob: {@link #list} does not name it.
     */
    Optional<byte[]> readMark() throws IOException;

    /** Writes the mark in place of the one that was there; it is whole and durable when this returns. */
    void writeMark(byte[] mark) throws IOException;

    /** How many bytes can be taken in before the reserve is touched; {@link Long#MAX_VALUE} where there is no bound. */
    long freeBytes() throws IOException;

    /** Whether a blob of that many bytes can be taken in. */
    default boolean hasRoom(long bytes) throws IOException {
        return freeBytes() >= bytes;
    }

    /** Waits for the syncs that have begun, then frees what the store holds. */
    @Override
    void close();
}
