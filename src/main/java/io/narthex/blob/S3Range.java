package io.narthex.blob;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads a part of an object. S3 hangs up on readers that pause, and ours are as slow as the clients behind them: what
 * is missing is then asked for anew.
 */
final class S3Range extends InputStream {
    private static final int ATTEMPTS = 3;

    private final S3Bucket bucket;
    private final String object;
    private long position;
    private final long end;
    private int failures;
    private @Nullable ResponseInputStream<GetObjectResponse> answer;

    /** Asks at once, so that an absent object shows here. */
    S3Range(S3Bucket bucket, String object, long first, long end) throws IOException {
        this.bucket = bucket;
        this.object = object;
        this.position = first;
        this.end = end;
        if (first < end) {
            answer = ask();
        }
    }

    private ResponseInputStream<GetObjectResponse> ask() throws IOException {
        String range = "bytes=" + position + "-" + (end - 1);
        ResponseInputStream<GetObjectResponse> stream = bucket.ask(
                s3 -> s3.getObject(get -> get.bucket(bucket.name()).key(object).range(range)));
        Long length = stream.response().contentLength();
        if (length == null || length != end - position) {
            stream.abort();
            throw new IOException("S3 answered " + length + " bytes to a request for " + range);
        }
        return stream;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        int wanted = (int) Math.min(length, end - position);
        if (wanted == 0) {
            return -1;
        }
        while (true) {
            try {
                ResponseInputStream<GetObjectResponse> stream = answer;
                if (stream == null) {
                    stream = ask();
                    answer = stream;
                }
                int read = stream.read(bytes, offset, wanted);
                if (read < 0) {
                    throw new EOFException("an object is " + (end - position) + " bytes short");
                }
                position += read;
                failures = 0;
                return read;
            } catch (IOException e) {
                hangUp();
                failures++;
                if (failures == ATTEMPTS
                        || S3Bucket.isAbsent(e)
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    /** Without reading what is left, which may be gigabytes. */
    private void hangUp() {
        ResponseInputStream<GetObjectResponse> stream = answer;
        answer = null;
        if (stream != null) {
            stream.abort();
        }
    }

    @Override
    public void close() throws IOException {
        ResponseInputStream<GetObjectResponse> stream = answer;
        if (stream != null && position == end) {
            answer = null;
            stream.close();
        } else {
            hangUp();
        }
    }
}
