package io.narthex.nix.nar;

import java.io.IOException;
import java.nio.file.Path;

/** Says what is wrong with an archive, or with a tree that should become one. The message has no path of the server. */
public abstract sealed class NarException extends IOException {
    private static final long serialVersionUID = 1L;

    private NarException(String message) {
        super(message);
    }

    /** A file has not the length that its stat told. The archive under way is lost. */
    public static final class FileChanged extends NarException {
        private static final long serialVersionUID = 1L;

        private final transient Path file;
        private final long expected;

        FileChanged(Path file, long expected, boolean longer) {
            super("a file is " + (longer ? "longer" : "shorter") + " than the " + expected + " bytes it had");
            this.file = file;
            this.expected = expected;
        }

        public Path file() {
            return file;
        }

        /** Bytes. */
        public long expected() {
            return expected;
        }
    }

    /** A socket, fifo or device: an archive holds directories, files and symbolic links. */
    public static final class UnsupportedFile extends NarException {
        private static final long serialVersionUID = 1L;

        private final transient Path file;

        UnsupportedFile(Path file) {
            super("a file is neither regular nor a directory nor a symbolic link");
            this.file = file;
        }

        public Path file() {
            return file;
        }
    }

    /** A symbolic link whose target this JVM cannot make: it begins with two slashes. */
    public static final class UnsupportedTarget extends NarException {
        private static final long serialVersionUID = 1L;

        UnsupportedTarget() {
            super("the target of a symbolic link begins with two slashes");
        }
    }

    /** The bytes are not an archive. */
    public static final class Malformed extends NarException {
        private static final long serialVersionUID = 1L;

        private final NarFlaw flaw;
        private final long offset;

        Malformed(NarFlaw flaw, long offset) {
            super("not a NAR at byte " + offset + ": " + flaw.sentence());
            this.flaw = flaw;
            this.offset = offset;
        }

        public NarFlaw flaw() {
            return flaw;
        }

        /** About where, in bytes from the start of the archive. */
        public long offset() {
            return offset;
        }
    }
}
