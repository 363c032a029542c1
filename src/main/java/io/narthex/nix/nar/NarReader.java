package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Reads an archive that nobody trusts yet, to its end, and tells a visitor what is in it. It takes what Nix's own
 * packer writes and nothing else; where Nix's reader sets no limit, the file systems that a tree must fit on do.
 */
public final class NarReader {
    /** NAME_MAX of Linux and macOS: a longer name cannot be unpacked. go-nix has the same limit. */
    static final int MAX_NAME = 255;

    /** PATH_MAX of Linux without its NUL: a longer target cannot be made. */
    static final int MAX_TARGET = 4095;

    /** PATH_MAX / 2: names of one byte with slashes between them; deeper trees cannot be named. */
    static final int MAX_DEPTH = 2048;

    private static final byte[] NO_NAME = {};

    private final NarInput input;
    private final NarVisitor visitor;

    /** The last name of each open directory. */
    private final Deque<byte[]> lastNames = new ArrayDeque<>();

    private NarReader(NarInput input, NarVisitor visitor) {
        this.input = input;
        this.visitor = visitor;
    }

    /**
     * Reads the stream to its end and returns the archive's length in bytes.
     *
     * @throws NarException.Malformed where the bytes are not one archive and nothing else
     * @throws IOException from the stream or the visitor
     */
    public static long read(InputStream nar, NarVisitor visitor) throws IOException {
        NarInput input = new NarInput(nar);
        new NarReader(input, visitor).read();
        return input.offset();
    }

    private void read() throws IOException {
        input.expect("nix-archive-1", NarFlaw.BAD_MAGIC);
        node();
        while (!lastNames.isEmpty()) {
            if (input.wordIs(")", "entry")) {
                lastNames.pop();
                visitor.leaveDirectory();
                if (!lastNames.isEmpty()) {
                    input.expect(")");
                }
            } else {
                input.expect("(");
                input.expect("name");
                visitor.enterEntry(name());
                input.expect("node");
                if (!node()) {
                    input.expect(")");
                }
            }
        }
        input.expectEnd();
    }

    /** Whether it is a directory, whose entries come next. */
    private boolean node() throws IOException {
        input.expect("(");
        input.expect("type");
        switch (input.word()) {
            case "regular" -> regular();
            case "symlink" -> symlink();
            case "directory" -> {
                if (lastNames.size() == MAX_DEPTH) {
                    throw input.malformed(NarFlaw.TOO_DEEP);
                }
                lastNames.push(NO_NAME);
                visitor.enterDirectory();
                return true;
            }
            default -> throw input.malformed(NarFlaw.UNEXPECTED_WORD);
        }
        input.expect(")");
        return false;
    }

    private void regular() throws IOException {
        boolean executable = input.wordIs("executable", "contents");
        if (executable) {
            input.expect("");
            input.expect("contents");
        }
        long size = input.contentsLength();
        NarContents contents = new NarContents(input, size);
        visitor.regular(executable, size, input.offset(), contents);
        contents.finish();
        input.padding(size);
    }

    private void symlink() throws IOException {
        input.expect("target");
        byte[] target = input.string(MAX_TARGET);
        if (target.length == 0 || has(target, (byte) 0)) {
            throw input.malformed(NarFlaw.BAD_TARGET);
        }
        visitor.symlink(target);
    }

    /** Nix: parse() in src/libutil/archive.cc refuses the same names. */
    private byte[] name() throws IOException {
        byte[] name = input.string(MAX_NAME);
        if (isDots(name) || has(name, (byte) '/') || has(name, (byte) 0)) {
            throw input.malformed(NarFlaw.BAD_NAME);
        }
        int order = Arrays.compareUnsigned(lastNames.pop(), name);
        if (order >= 0) {
            throw input.malformed(order == 0 ? NarFlaw.DUPLICATE_NAME : NarFlaw.WRONG_ORDER);
        }
        lastNames.push(name);
        return name;
    }

    /** Empty, a dot, or two. */
    private static boolean isDots(byte[] name) {
        for (byte b : name) {
            if (b != '.') {
                return false;
            }
        }
        return name.length <= 2;
    }

    private static boolean has(byte[] bytes, byte wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }
}
