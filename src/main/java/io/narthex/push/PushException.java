package io.narthex.push;

import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarException;
import io.narthex.nix.nar.NarFlaw;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.store.StorePath;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why an upload is refused. The message is a sentence for the person who pushed: no path of the server, no class name.
 * Unchecked, so that a transaction under way is rolled back.
 */
public abstract sealed class PushException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private PushException(String sentence) {
        super(sentence);
    }

    private PushException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** What is told of a value that a client sent: more is of no use to a reader. */
    private static final int MOST_SHOWN = 300;

    /** The text cut short, with what no terminal should get written as an escape. */
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MOST_SHOWN); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~') {
                shown.append(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return shown.append(text.length() > MOST_SHOWN ? "..." : "").toString();
    }

    private static String mebibytes(long bytes) {
        return bytes + " bytes" + (bytes >= 1 << 20 && bytes % (1 << 20) == 0 ? " (" + (bytes >> 20) + " MiB)" : "");
    }

    /** The body is longer than a file may be. */
    public static final class FileTooLarge extends PushException {
        private static final long serialVersionUID = 1L;

        private final long limit;

        public FileTooLarge(long limit) {
            super("the file is larger than the " + limit + " bytes that this server takes");
            this.limit = limit;
        }

        /** Bytes. */
        public long limit() {
            return limit;
        }
    }

    /** The NAR is longer than one may be. */
    public static final class NarTooLarge extends PushException {
        private static final long serialVersionUID = 1L;

        private final long limit;

        public NarTooLarge(long limit) {
            super("the NAR is larger than the " + limit + " bytes that this server takes");
            this.limit = limit;
        }

        /** Bytes. */
        public long limit() {
            return limit;
        }
    }

    /** A small file unpacks to very much. */
    public static final class RatioExceeded extends PushException {
        private static final long serialVersionUID = 1L;

        private final long limit;

        public RatioExceeded(long limit) {
            super("the file unpacks to more than " + limit + " times its size");
            this.limit = limit;
        }

        /** Unpacked bytes for each packed one. */
        public long limit() {
            return limit;
        }
    }

    /** The file was compressed with a window that would take too much memory to unpack. */
    public static final class MemoryExceeded extends PushException {
        private static final long serialVersionUID = 1L;

        private final Compression compression;
        private final long limit;

        public MemoryExceeded(Compression compression, long limit, Throwable cause) {
            super(
                    "unpacking this " + compression + " takes more than the " + mebibytes(limit)
                            + " of memory that a window may take: compress it with a smaller one",
                    cause);
            this.compression = compression;
            this.limit = limit;
        }

        public Compression compression() {
            return compression;
        }

        /** Bytes. */
        public long limit() {
            return limit;
        }
    }

    /** What was unpacked is not one well-formed archive. */
    public static final class NotANar extends PushException {
        private static final long serialVersionUID = 1L;

        private final NarFlaw flaw;
        private final long offset;

        public NotANar(NarException.Malformed cause) {
            super("the file is " + cause.getMessage(), cause);
            this.flaw = cause.flaw();
            this.offset = cause.offset();
        }

        public NarFlaw flaw() {
            return flaw;
        }

        /** About where, in bytes of the unpacked archive. */
        public long offset() {
            return offset;
        }
    }

    /** The bytes are not what the compression writes, end too early, or go on behind its end. */
    public static final class NotCompressedAs extends PushException {
        private static final long serialVersionUID = 1L;

        private final Compression compression;
        private final long offset;

        public NotCompressedAs(Compression compression, long offset, @Nullable Throwable cause) {
            super("the body is not intact " + compression + ": damaged, cut or continued near byte " + offset);
            this.compression = compression;
            this.offset = offset;
            if (cause != null) {
                initCause(cause);
            }
        }

        public Compression compression() {
            return compression;
        }

        /** Bytes of the body that were read when it showed. */
        public long offset() {
            return offset;
        }
    }

    /** A compression or content coding that is not taken. */
    public static final class UnknownCompression extends PushException {
        private static final long serialVersionUID = 1L;

        private final String name;

        public UnknownCompression(String name) {
            super("compression " + NixFormatException.quote(name) + " is not taken here: use one of "
                    + Decompressor.SUPPORTED);
            this.name = name;
        }

        public String name() {
            return name;
        }
    }

    /** An LZ4 file that begins with something else than a frame with data. */
    public static final class NotAnLz4Frame extends PushException {
        private static final long serialVersionUID = 1L;

        /** @param met what it does instead */
        public NotAnLz4Frame(String met) {
            super("an LZ4 file must begin with a frame (04224d18) that carries data, and this one " + met);
        }
    }

    /** The body ended before its promised length, or the connection broke. */
    public static final class BodyCut extends PushException {
        private static final long serialVersionUID = 1L;

        private final long received;
        private final transient OptionalLong promised;

        public BodyCut(long received, OptionalLong promised, @Nullable Throwable cause) {
            super("the body ended after " + received + " bytes"
                    + (promised.isPresent() ? " of " + promised.getAsLong() : "")
                    + (cause instanceof InterruptedIOException slow ? ": " + slow.getMessage() : ""));
            this.received = received;
            this.promised = promised;
            if (cause != null) {
                initCause(cause);
            }
        }

        /** Bytes. */
        public long received() {
            return received;
        }

        /** Bytes, where the client told a length. */
        public OptionalLong promised() {
            return promised;
        }
    }

    /** The file is named after another hash than it has. */
    public static final class FileHashMismatch extends PushException {
        private static final long serialVersionUID = 1L;

        private final transient NixHash named;
        private final transient NixHash actual;

        public FileHashMismatch(NixHash named, NixHash actual, NixHash nar) {
            super("the file is named " + named.nix32() + " but its SHA-256 is " + actual.nix32()
                    + (nar.equals(actual) ? "" : ", and that of its NAR " + nar.nix32()));
            this.named = named;
            this.actual = actual;
        }

        public NixHash named() {
            return named;
        }

        public NixHash actual() {
            return actual;
        }
    }

    /** No name for a NAR. */
    public static final class BadName extends PushException {
        private static final long serialVersionUID = 1L;

        public BadName(String name) {
            super(NixFormatException.quote(name)
                    + " is not 52 digits of a SHA-256 in base32, .nar, and perhaps an extension");
        }
    }

    /** A small body (narinfo, listing, log) is longer than it may be, unpacked or not. */
    public static final class BodyTooLarge extends PushException {
        private static final long serialVersionUID = 1L;

        private final long limit;

        public BodyTooLarge(long limit) {
            super("the body is larger than the " + mebibytes(limit) + " that it may have, unpacked or not");
            this.limit = limit;
        }

        /** Bytes. */
        public long limit() {
            return limit;
        }
    }

    /** A field of a narinfo says what is not so. */
    public static final class Untrue extends PushException {
        private static final long serialVersionUID = 1L;

        private final String field;
        private final String said;
        private final String truth;

        public Untrue(String field, String said, String truth) {
            super(field + " of the narinfo is wrong: it says " + shown(said) + ", true is " + shown(truth));
            this.field = field;
            this.said = said;
            this.truth = truth;
        }

        public String field() {
            return field;
        }

        public String said() {
            return said;
        }

        public String truth() {
            return truth;
        }
    }

    /** The path is published already, and differs. */
    public static final class Conflict extends PushException {
        private static final long serialVersionUID = 1L;

        private final String field;
        private final String published;
        private final String pushed;

        public Conflict(String field, String published, String pushed) {
            super("the path is published here with another " + field + ": it has " + shown(published) + ", pushed was "
                    + shown(pushed));
            this.field = field;
            this.published = published;
            this.pushed = pushed;
        }

        public String field() {
            return field;
        }

        public String published() {
            return published;
        }

        public String pushed() {
            return pushed;
        }
    }

    /** A narinfo whose file has not been received. */
    public static final class NoSuchNar extends PushException {
        private static final long serialVersionUID = 1L;

        private final String url;

        public NoSuchNar(String url) {
            super("URL of the narinfo is " + shown(url) + ", which was not uploaded into this cache: PUT it first");
            this.url = url;
        }

        public String url() {
            return url;
        }
    }

    /** A small body that is not what its URL is for. */
    public static final class Malformed extends PushException {
        private static final long serialVersionUID = 1L;

        public Malformed(String sentence) {
            super(sentence);
        }
    }

    /** A path before what it refers to. */
    public static final class MissingReferences extends PushException {
        private static final long serialVersionUID = 1L;

        /** More would only make the sentence unreadable. */
        private static final int NAMED = 10;

        private final transient List<StorePath> missing;

        public MissingReferences(List<StorePath> missing) {
            super("References of the narinfo are not in this cache: push them first: "
                    + missing.stream().limit(NAMED).map(StorePath::baseName).collect(Collectors.joining(" "))
                    + (missing.size() > NAMED ? " and " + (missing.size() - NAMED) + " more" : ""));
            this.missing = List.copyOf(missing);
        }

        public List<StorePath> missing() {
            return missing;
        }
    }

    /** The server's disk is as full as it may get. */
    public static final class NoRoom extends PushException {
        private static final long serialVersionUID = 1L;

        public NoRoom(Throwable cause) {
            super("the server has no room for more uploads: its administrator has to free some", cause);
        }
    }

    /** The cache does not take what is pushed. */
    public static final class NotTaken extends PushException {
        private static final long serialVersionUID = 1L;

        public NotTaken(String cache) {
            super("the cache " + cache + " takes no uploads: uploads is not among its sources");
        }
    }

    /** More signatures than a path may have. */
    public static final class TooManySignatures extends PushException {
        private static final long serialVersionUID = 1L;

        private final int limit;

        public TooManySignatures(int limit) {
            super("the path would have more than " + limit + " signatures");
            this.limit = limit;
        }

        public int limit() {
            return limit;
        }
    }

    /** A signature in the name of a known key that the key did not make. */
    public static final class FalseSignature extends PushException {
        private static final long serialVersionUID = 1L;

        private final String keyName;

        public FalseSignature(String keyName) {
            super("Sig of the narinfo is wrong: the one by " + NixFormatException.quote(keyName)
                    + " does not verify under the key of that name");
            this.keyName = keyName;
        }

        public String keyName() {
            return keyName;
        }
    }

    /** The cache wants a signature by a key it trusts, and there is none. */
    public static final class NotTrusted extends PushException {
        private static final long serialVersionUID = 1L;

        private final transient List<String> trusted;

        public NotTrusted(List<String> trusted) {
            super("Sig of the narinfo is missing: this cache takes only paths signed by "
                    + (trusted.isEmpty() ? "keys it trusts, and trusts none yet" : String.join(" or ", trusted)));
            this.trusted = List.copyOf(trusted);
        }

        /** Names of the keys. */
        public List<String> trusted() {
            return trusted;
        }
    }
}
