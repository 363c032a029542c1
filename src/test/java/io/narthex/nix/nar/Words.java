package io.narthex.nix.nar;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds archives word by word, right ones and wrong ones. */
public final class Words {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** The magic, then these words. */
    public static Words nar(String... words) {
        return new Words().and("nix-archive-1").and(words);
    }

    public Words and(String... words) {
        for (String word : words) {
            and(word.getBytes(StandardCharsets.ISO_8859_1));
        }
        return this;
    }

    public Words and(byte[] word) {
        return length(word.length).raw(word).raw(new byte[NarFraming.padding(word.length)]);
    }

    public Words length(long length) {
        return raw(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array());
    }

    public Words raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** A directory's entry with an empty file. */
    public Words entry(String name) {
        return and("entry", "(", "name", name, "node", "(", "type", "regular", "contents", "", ")", ")");
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    InputStream stream() {
        return new ByteArrayInputStream(bytes());
    }
}
