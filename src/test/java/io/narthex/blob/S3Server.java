package io.narthex.blob;

import io.narthex.configuration.BlobLocation;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.TransientApiMetadata;
import org.jclouds.blobstore.domain.PageSet;
import org.jclouds.blobstore.domain.StorageMetadata;
import org.jclouds.blobstore.options.ListContainerOptions;

/** An S3 server in this JVM, which keeps its objects in memory and checks signatures. */
public final class S3Server implements Closeable {
    public static final String BUCKET = "narthex-test";
    public static final String KEY = "test-key";
    public static final String SECRET = "test-secret";

    private final BlobStoreContext memory;
    private final S3Proxy server;

    public S3Server() throws Exception {
        memory = ContextBuilder.newBuilder(new TransientApiMetadata())
                .credentials("identity", "credential")
                .overrides(new Properties())
                .build(BlobStoreContext.class);
        memory.getBlobStore().createContainerInLocation(null, BUCKET);
        server = S3Proxy.builder()
                .blobStore(memory.getBlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
                .build();
        server.start();
        credentials();
    }

    /** Where the SDK's default chain looks, as it looks into the environment. */
    static void credentials() {
        System.setProperty("aws.accessKeyId", KEY);
        System.setProperty("aws.secretAccessKey", SECRET);
    }

    BlobLocation.S3 location(String prefix) {
        return new BlobLocation.S3(BUCKET, prefix, Optional.of(endpoint()), Optional.empty());
    }

    /** The names of all objects in the bucket, without the parts of uploads, which this server keeps among them. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        String after = null;
        do {
            ListContainerOptions page = ListContainerOptions.Builder.recursive();
            PageSet<? extends StorageMetadata> found =
                    memory.getBlobStore().list(BUCKET, after == null ? page : page.afterMarker(after));
            found.forEach(object -> names.add(object.getName()));
            after = found.getNextMarker();
        } while (after != null);
        names.removeIf(name -> !BlobKey.isKey(name.substring(name.lastIndexOf('/') + 1)));
        return names;
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** What an object holds. */
    public byte[] bytes(String name) throws IOException {
        var blob = Objects.requireNonNull(memory.getBlobStore().getBlob(BUCKET, name), name);
        try (InputStream in = Objects.requireNonNull(blob.getPayload()).openStream()) {
            return in.readAllBytes();
        }
    }

    /** How many uploads in parts have begun and not ended. */
    int uploads() {
        return memory.getBlobStore().listMultipartUploads(BUCKET).size();
    }

    /** Puts an object, past S3. */
    void put(String name, byte[] bytes) {
        memory.getBlobStore()
                .putBlob(
                        BUCKET,
                        memory.getBlobStore().blobBuilder(name).payload(bytes).build());
    }

    void remove(String name) {
        memory.getBlobStore().removeBlob(BUCKET, name);
    }

    /** Puts many small objects below a prefix, past S3. */
    void fill(String prefix, int count) {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < count; i++) {
            memory.getBlobStore()
                    .putBlob(
                            BUCKET,
                            memory.getBlobStore()
                                    .blobBuilder(prefix + "/" + BlobKey.random(random))
                                    .payload(new byte[1])
                                    .build());
        }
    }

    void clear() {
        memory.getBlobStore().clearContainer(BUCKET);
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server does not stop", e);
        }
        memory.close();
    }
}
