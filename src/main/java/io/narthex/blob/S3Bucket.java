package io.narthex.blob;

import io.narthex.configuration.BlobLocation;
import io.narthex.outbound.TrustedCertificates;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** One bucket and the prefix of our objects in it. The SDK's exceptions do not leave this class. */
final class S3Bucket implements AutoCloseable {
    private static final int INSUFFICIENT_STORAGE = 507;
    private static final String BYTES = "application/octet-stream";

    private final S3Client client;
    private final String name;
    private final String prefix;

    S3Bucket(BlobLocation.S3 location) {
        this(location, Optional.empty());
    }

    /** @param trusted whom TLS trusts; none: whom Java does */
    S3Bucket(BlobLocation.S3 location, Optional<TrustedCertificates> trusted) {
        this.client = client(location, trusted);
        this.name = location.bucket();
        this.prefix = location.prefix().isEmpty() ? "" : location.prefix() + "/";
    }

    private static S3Client client(BlobLocation.S3 location, Optional<TrustedCertificates> trusted) {
        UrlConnectionHttpClient.Builder http = UrlConnectionHttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(5))
                .socketTimeout(Duration.ofSeconds(30));
        trusted.ifPresent(certificates -> http.tlsTrustManagersProvider(certificates::managers));
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(http)
                // each body is counted and summed before it is sent: no coding in chunks with a trailer and no newer
                // checksum, which many servers that speak S3 do not know
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false).expectContinueEnabled(false));
        location.region().map(Region::of).ifPresent(builder::region);
        if (location.endpoint().isPresent()) {
            URI endpoint = location.endpoint().orElseThrow();
            builder.endpointOverride(endpoint)
                    .forcePathStyle(true)
                    .region(Region.of(location.region().orElse("us-east-1")));
        }
        return builder.build();
    }

    String name() {
        return name;
    }

    String prefix() {
        return prefix;
    }

    String object(BlobKey key) {
        return prefix + key;
    }

    /** The body of a request, read again from its beginning when the SDK tries again. */
    static RequestBody body(SpoolFile part) {
        return RequestBody.fromContentProvider(part::read, part.size(), BYTES);
    }

    /** Asks S3, and gives its refusal as the contract has it. */
    <T> T ask(Function<S3Client, T> request) throws IOException {
        try {
            return request.apply(client);
        } catch (AbortedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while S3 was asked");
            interrupted.initCause(e);
            throw interrupted;
        } catch (S3Exception e) {
            if (e.statusCode() == INSUFFICIENT_STORAGE) {
                throw new NoRoomException("the bucket is full", new IOException(e));
            }
            throw new IOException("S3 refused: " + e.getMessage(), e);
        } catch (SdkException e) {
            throw new IOException("S3 could not be asked: " + e.getMessage(), e);
        }
    }

    static boolean isAbsent(IOException e) {
        return e.getCause() instanceof S3Exception s3 && s3.statusCode() == 404;
    }

    @Override
    public void close() {
        client.close();
    }
}
