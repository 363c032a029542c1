package io.narthex.blob;

import io.narthex.configuration.BlobLocation;
import io.narthex.outbound.TrustedCertificates;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Keeps blobs as objects of an S3 bucket. */
public final class S3BlobStore implements BlobStore {
    /** No key of a blob. */
    private static final String MARK = "narthex-mark.json";

    /** Each waits for the network, and holds a connection. */
    private static final int REQUESTS_AT_ONCE = 16;

    private final S3Bucket bucket;
    private final Path spool;
    private final SecureRandom random;
    private final S3PartSizes sizes;
    private final SyncThreads threads = new SyncThreads("blob-s3", REQUESTS_AT_ONCE);

    /**
     * A store in a bucket.
     *
     * @param trusted whom TLS trusts; none: whom Java does
     * @param spool directory for the parts that wait to be sent; made if it is not there
     * @throws IOException if the directory cannot be made
     */
    public S3BlobStore(BlobLocation.S3 location, Optional<TrustedCertificates> trusted, Path spool, SecureRandom random)
            throws IOException {
        this(new S3Bucket(location, trusted), spool, random, S3PartSizes.STANDARD);
    }

    S3BlobStore(S3Bucket bucket, Path spool, SecureRandom random, S3PartSizes sizes) throws IOException {
        this.bucket = bucket;
        this.spool = Files.createDirectories(spool);
        this.random = random;
        this.sizes = sizes;
    }

    /** Does once what serving needs: list, write, read and delete. */
    void check() throws IOException {
        bucket.ask(s3 -> s3.listObjectsV2(
                list -> list.bucket(bucket.name()).prefix(bucket.prefix()).maxKeys(1)));
        try (BlobWriter writer = create()) {
            writer.write(0);
            writer.finish().join();
            open(writer.key()).ifPresent(Blob::close);
            delete(writer.key());
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
        }
    }

    @Override
    public BlobWriter create() throws IOException {
        try {
            return new S3BlobWriter(BlobKey.random(random), bucket, sizes, spool, threads);
        } catch (IOException e) {
            throw DiskRoom.explained(e);
        }
    }

    @Override
    public Optional<Blob> open(BlobKey key) throws IOException {
        String object = bucket.object(key);
        try {
            Long size = bucket.ask(s3 ->
                            s3.headObject(head -> head.bucket(bucket.name()).key(object)))
                    .contentLength();
            if (size == null) {
                throw new IOException("S3 does not tell the size of an object");
            }
            return Optional.of(new S3Blob(bucket, object, size));
        } catch (IOException e) {
            if (S3Bucket.isAbsent(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void delete(BlobKey key) throws IOException {
        bucket.ask(s3 -> s3.deleteObject(delete -> delete.bucket(bucket.name()).key(bucket.object(key))));
    }

    @Override
    public void list(Instant olderThan, Consumer<BlobKey> keys) throws IOException {
        String after = null;
        do {
            String from = after;
            ListObjectsV2Response page = bucket.ask(s3 -> s3.listObjectsV2(
                    list -> list.bucket(bucket.name()).prefix(bucket.prefix()).continuationToken(from)));
            for (S3Object object : page.contents()) {
                if (object.lastModified().isBefore(olderThan)) {
                    key(object.key()).ifPresent(keys);
                }
            }
            after = page.nextContinuationToken();
            stopIfInterrupted();
        } while (after != null);
    }

    @Override
    public void removeUnfinished(Instant olderThan) throws IOException {
        String key = null;
        String id = null;
        ListMultipartUploadsResponse page;
        do {
            String afterKey = key;
            String afterId = id;
            page = bucket.ask(s3 -> s3.listMultipartUploads(list -> list.bucket(bucket.name())
                    .prefix(bucket.prefix())
                    .keyMarker(afterKey)
                    .uploadIdMarker(afterId)));
            for (MultipartUpload upload : page.uploads()) {
                if (upload.initiated().isBefore(olderThan) && key(upload.key()).isPresent()) {
                    bucket.ask(s3 -> s3.abortMultipartUpload(abort ->
                            abort.bucket(bucket.name()).key(upload.key()).uploadId(upload.uploadId())));
                }
            }
            key = page.nextKeyMarker();
            id = page.nextUploadIdMarker();
            stopIfInterrupted();
        } while (Boolean.TRUE.equals(page.isTruncated()));
    }

    /** The key of an object of ours; objects of others may lie below the same prefix. */
    private Optional<BlobKey> key(String object) {
        return Optional.of(object)
                .filter(name -> name.startsWith(bucket.prefix()))
                .map(name -> name.substring(bucket.prefix().length()))
                .filter(BlobKey::isKey)
                .map(BlobKey::parse);
    }

    private static void stopIfInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("listing was interrupted");
        }
    }

    @Override
    public Optional<byte[]> readMark() throws IOException {
        try {
            return Optional.of(bucket.ask(s3 ->
                            s3.getObjectAsBytes(get -> get.bucket(bucket.name()).key(bucket.prefix() + MARK)))
                    .asByteArray());
        } catch (IOException e) {
            if (S3Bucket.isAbsent(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void writeMark(byte[] mark) throws IOException {
        bucket.ask(s3 -> s3.putObject(
                put -> put.bucket(bucket.name()).key(bucket.prefix() + MARK), RequestBody.fromBytes(mark)));
    }

    @Override
    public long freeBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public void close() {
        threads.close();
        bucket.close();
    }
}
