package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads the words, strings and contents of an archive one by one, and checks the length and padding of each. */
final class NarInput {
    /** As much as one read of a socket or a decompressor gives at most. */
    private static final int BUFFER_SIZE = 1 << 16;

    /** No word of the format is longer. */
    private static final int MAX_WORD = "nix-archive-1".length();

    private final InputStream in;
    private final byte[] array = new byte[BUFFER_SIZE];
    private final ByteBuffer buffer =
            ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long filled;

    NarInput(InputStream in) {
        this.in = in;
    }

    /** Bytes of the archive that were used up. */
    long offset() {
        return filled - buffer.remaining();
    }

    NarException.Malformed malformed(NarFlaw flaw) {
        return new NarException.Malformed(flaw, offset());
    }

    void expect(String word) throws IOException {
        expect(word, NarFlaw.UNEXPECTED_WORD);
    }

    void expect(String word, NarFlaw otherwise) throws IOException {
        long length = length();
        if (length != word.length()) {
            throw malformed(otherwise);
        }
        require((int) length);
        for (int i = 0; i < length; i++) {
            if (buffer.get() != word.charAt(i)) {
                throw malformed(otherwise);
            }
        }
        padding(length);
    }

    /** Whether the next word is the one, not the other; a third is refused. */
    boolean wordIs(String one, String other) throws IOException {
        String word = word();
        if (!word.equals(one) && !word.equals(other)) {
            throw malformed(NarFlaw.UNEXPECTED_WORD);
        }
        return word.equals(one);
    }

    String word() throws IOException {
        long length = length();
        if (length < 0 || length > MAX_WORD) {
            throw malformed(NarFlaw.UNEXPECTED_WORD);
        }
        return new String(bytes((int) length), StandardCharsets.ISO_8859_1);
    }

    byte[] string(int most) throws IOException {
        long length = length();
        if (length < 0 || length > most) {
            throw malformed(NarFlaw.BAD_LENGTH);
        }
        return bytes((int) length);
    }

    /** A length of contents: any that leaves room for the offset of what follows. */
    long contentsLength() throws IOException {
        long length = length();
        if (length < 0 || length > Long.MAX_VALUE - offset() - Long.BYTES) {
            throw malformed(NarFlaw.BAD_LENGTH);
        }
        return length;
    }

    /** Some of the bytes that come next, at most {@code length} and at least one. */
    int read(byte[] target, int offset, int length) throws IOException {
        if (!buffer.hasRemaining()) {
            if (length >= BUFFER_SIZE) {
                int read = in.read(target, offset, length);
                if (read < 0) {
                    throw malformed(NarFlaw.TRUNCATED);
                }
                filled += read;
                return read;
            }
            require(1);
        }
        int part = Math.min(length, buffer.remaining());
        buffer.get(target, offset, part);
        return part;
    }

    void skip(long length) throws IOException {
        long left = length;
        while (left > 0) {
            left -= buffer.hasRemaining() || !(in instanceof PassableStream stream)
                    ? skipBuffered(left)
                    : pass(stream, left);
        }
    }

    private int skipBuffered(long most) throws IOException {
        require(1);
        int part = (int) Math.min(most, buffer.remaining());
        buffer.position(buffer.position() + part);
        return part;
    }

    private int pass(PassableStream stream, long most) throws IOException {
        int passed = stream.pass(most);
        if (passed < 0) {
            throw malformed(NarFlaw.TRUNCATED);
        }
        filled += passed;
        return passed;
    }

    /** The zeros behind so many bytes. */
    void padding(long size) throws IOException {
        int padding = NarFraming.padding(size);
        require(padding);
        for (int i = 0; i < padding; i++) {
            if (buffer.get() != 0) {
                throw malformed(NarFlaw.BAD_PADDING);
            }
        }
    }

    void expectEnd() throws IOException {
        if (buffer.hasRemaining() || fill()) {
            throw malformed(NarFlaw.TRAILING_BYTES);
        }
    }

    private long length() throws IOException {
        require(Long.BYTES);
        return buffer.getLong();
    }

    private byte[] bytes(int length) throws IOException {
        require(length);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        padding(length);
        return bytes;
    }

    /** Has so many bytes in the buffer, which holds the longest string. */
    private void require(int bytes) throws IOException {
        while (buffer.remaining() < bytes) {
            if (!fill()) {
                throw malformed(NarFlaw.TRUNCATED);
            }
        }
    }

    private boolean fill() throws IOException {
        buffer.compact();
        int read = in.read(array, buffer.position(), buffer.remaining());
        buffer.position(buffer.position() + Math.max(read, 0)).flip();
        filled += Math.max(read, 0);
        return read >= 0;
    }
}
