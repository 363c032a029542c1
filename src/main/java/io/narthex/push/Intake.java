package io.narthex.push;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The body as it comes: limited, counted, hashed, and handed to the sink before anybody reads it. Remembers what broke
 * it, since a decompressor may hide that behind an exception of its own.
 */
final class Intake extends InputStream {
    /**
     * A decompressor that gives nothing for so many bytes reads a header without end. The largest piece of a format
     * without output, a bzip2 block or a frame of lz4, has 1 or 4 MiB.
     */
    private static final long MOST_SILENT = 5L << 20;

    private final InputStream body;
    private final OutputStream sink;
    private final long most;
    private final OptionalLong promised;
    private final MessageDigest digest;
    private byte[] ahead = {};
    private int aheadRead;
    private long count;
    private long heard;
    private boolean ended;
    private @Nullable Exception failure;

    Intake(InputStream body, OptionalLong promised, long most, OutputStream sink) {
        this(body, promised, most, sink, HashAlgorithm.SHA256.newDigest());
    }

    /** @param digest of SHA-256, as new, for the hash of the file */
    Intake(InputStream body, OptionalLong promised, long most, OutputStream sink, MessageDigest digest) {
        this.body = body;
        this.promised = promised;
        this.most = most;
        this.sink = sink;
        this.digest = digest;
    }

    /** So many bytes from the start, or all there are; they are read again afterwards. */
    byte[] peek(int bytes) throws IOException {
        byte[] start = readNBytes(bytes);
        ahead = start.clone();
        aheadRead = 0;
        return start;
    }

    /** Bytes that came. */
    long count() {
        return count;
    }

    boolean ended() {
        return ended;
    }

    /** Says that what came was of use. */
    void hear() {
        heard = count;
    }

    boolean isSilent() {
        return count - heard > MOST_SILENT;
    }

    /** The hash of all that came; once. */
    NixHash hash() {
        return NixHash.ofSha256(digest.digest());
    }

    /** Throws what broke the body or the sink, if anything did. */
    void rethrow() throws IOException {
        if (failure instanceof PushException refused) {
            throw refused;
        }
        if (failure instanceof IOException broken) {
            throw broken;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        rethrow();
        if (aheadRead < ahead.length && length > 0) {
            int part = Math.min(length, ahead.length - aheadRead);
            System.arraycopy(ahead, aheadRead, target, offset, part);
            aheadRead += part;
            return part;
        }
        try {
            return take(target, offset, length);
        } catch (PushException | IOException e) {
            failure = e;
            throw e;
        }
    }

    private int take(byte[] target, int offset, int length) throws IOException {
        int read = receive(target, offset, length);
        if (read < 0) {
            ended = true;
            if (promised.isPresent() && count < promised.getAsLong()) {
                throw new PushException.BodyCut(count, promised, null);
            }
            return -1;
        }
        count += read;
        if (count > most) {
            throw new PushException.FileTooLarge(most);
        }
        digest.update(target, offset, read);
        sink.write(target, offset, read);
        return read;
    }

    private int receive(byte[] target, int offset, int length) {
        try {
            return body.read(target, offset, length);
        } catch (IOException e) {
            throw new PushException.BodyCut(count, promised, e);
        }
    }
}
