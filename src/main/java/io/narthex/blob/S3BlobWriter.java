package io.narthex.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Sends one blob to S3: whole if it fits a part, else part by part. S3's answer to the last request means that the blob
 * is durable.
 */
final class S3BlobWriter extends BlobWriter {
    private final S3Bucket bucket;
    private final S3PartSizes sizes;
    private final SyncThreads threads;
    private final SpoolFile spool;
    private final String object;
    private final List<CompletedPart> parts = new ArrayList<>();

    private @Nullable String upload;
    private long size;
    private boolean over;

    S3BlobWriter(BlobKey key, S3Bucket bucket, S3PartSizes sizes, Path spoolDirectory, SyncThreads threads)
            throws IOException {
        super(key);
        this.bucket = bucket;
        this.sizes = sizes;
        this.threads = threads;
        this.object = bucket.object(key);
        this.spool = new SpoolFile(spoolDirectory);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        if (over) {
            throw new ClosedChannelException();
        }
        while (bytes.hasRemaining()) {
            long room = sizes.of(parts.size() + 1) - spool.size();
            if (room == 0) {
                // only now is it known not to be the last one
                sendPart();
                continue;
            }
            int piece = (int) Math.min(room, bytes.remaining());
            spool(bytes.slice(bytes.position(), piece));
            bytes.position(bytes.position() + piece);
            size += piece;
        }
    }

    private void spool(ByteBuffer piece) throws IOException {
        try {
            spool.write(piece);
        } catch (IOException e) {
            throw DiskRoom.explained(e);
        }
    }

    private void sendPart() throws IOException {
        int number = parts.size() + 1;
        String md5 = spool.contentMd5();
        String id = begun();
        String tag = bucket.ask(s3 -> s3.uploadPart(
                        part -> part.bucket(bucket.name())
                                .key(object)
                                .uploadId(id)
                                .partNumber(number)
                                .contentLength(spool.size())
                                .contentMD5(md5),
                        S3Bucket.body(spool)))
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
        spool.clear();
    }

    private String begun() throws IOException {
        String id = upload;
        if (id == null) {
            id = bucket.ask(s3 -> s3.createMultipartUpload(
                            begin -> begin.bucket(bucket.name()).key(object)))
                    .uploadId();
            upload = id;
        }
        return id;
    }

    @Override
    public CompletableFuture<Void> finish() {
        if (over) {
            throw new IllegalStateException("finished or closed before");
        }
        over = true;
        return threads.run(this::sendRest);
    }

    private void sendRest() throws IOException {
        try {
            if (upload == null) {
                sendWhole();
            } else {
                sendPart();
                complete(upload);
            }
        } catch (IOException | RuntimeException e) {
            abort();
            throw e;
        } finally {
            Closing.quietly(spool);
        }
    }

    private void sendWhole() throws IOException {
        String md5 = spool.contentMd5();
        bucket.ask(s3 -> s3.putObject(
                put -> put.bucket(bucket.name())
                        .key(object)
                        .contentLength(spool.size())
                        .contentMD5(md5),
                S3Bucket.body(spool)));
    }

    private void complete(String id) throws IOException {
        bucket.ask(s3 -> s3.completeMultipartUpload(whole ->
                whole.bucket(bucket.name()).key(object).uploadId(id).multipartUpload(all -> all.parts(parts))));
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            Closing.quietly(spool);
            abort();
        }
    }

    /** What this cannot remove, the sweep does. */
    private void abort() {
        String id = upload;
        if (id != null) {
            Closing.quietly(() -> bucket.ask(s3 -> s3.abortMultipartUpload(
                    abort -> abort.bucket(bucket.name()).key(object).uploadId(id))));
        }
    }
}
