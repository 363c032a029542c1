package io.narthex.receive;

import static io.narthex.http.problem.ProblemType.BAD_REQUEST;
import static io.narthex.http.problem.ProblemType.FORBIDDEN;
import static io.narthex.http.problem.ProblemType.TOO_LARGE;
import static io.narthex.http.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import io.narthex.http.problem.ProblemType;
import java.util.Locale;

/**
 * The reasons why an upload is refused: what the record and the meter call each, the problem that the client is told, and its
 * sentence, in which each {@code %s} is a fact. A sentence is for the person who pushed: no path of the server, no class name.
 */
public enum Refusal {
    FILE_TOO_LARGE("file-too-large", TOO_LARGE, "the file is larger than the %s bytes that this server takes"),
    NAR_TOO_LARGE("nar-too-large", TOO_LARGE, "the NAR is larger than the %s bytes that this server takes"),
    RATIO_EXCEEDED("ratio-exceeded", TOO_LARGE, "the file unpacks to more than %s times its size"),
    MEMORY_EXCEEDED(
            "memory-exceeded",
            TOO_LARGE,
            "unpacking this %s takes more than the %s of memory that a window may take: compress it with a smaller"
                    + " one"),
    NOT_A_NAR("not-a-nar", BAD_REQUEST, "the file is %s"),
    NOT_COMPRESSED_AS(
            "not-compressed-as", BAD_REQUEST, "the body is not intact %s: damaged, cut or continued near byte %s"),
    UNKNOWN_COMPRESSION(
            "unknown-compression", UNSUPPORTED_MEDIA_TYPE, "compression %s is not taken here: use one of %s"),
    NOT_AN_LZ4_FRAME(
            "not-an-lz4frame",
            UNSUPPORTED_MEDIA_TYPE,
            "an LZ4 file must begin with a frame (04224d18) that carries data, and this one %s"),
    BODY_CUT("body-cut", BAD_REQUEST, "the body ended after %s bytes%s%s"),
    FILE_HASH_MISMATCH("file-hash-mismatch", BAD_REQUEST, "the file is named %s but its SHA-256 is %s%s"),
    BAD_NAME("bad-name", BAD_REQUEST, "%s is not 52 digits of a SHA-256 in base32, .nar, and perhaps an extension"),
    BODY_TOO_LARGE("body-too-large", TOO_LARGE, "the body is larger than the %s that it may have, unpacked or not"),
    UNTRUE("untrue", BAD_REQUEST, "%s of the narinfo is wrong: it says %s, true is %s"),
    CONFLICT("conflict", ProblemType.CONFLICT, "the path is published here with another %s: it has %s, pushed was %s"),
    UPSTREAM_CONFLICT(
            "upstream-conflict",
            ProblemType.CONFLICT,
            "the source %s of this cache has the path with another NarHash: it has %s, pushed was %s"),
    DENIED("denied", ProblemType.CONFLICT, "a rule of this cache or of the server denies the path: %s"),
    NO_SUCH_NAR(
            "no-such-nar",
            BAD_REQUEST,
            "URL of the narinfo is %s, which was not uploaded into this cache: PUT it first"),
    MALFORMED("malformed", BAD_REQUEST, "%s"),
    MISSING_REFERENCES(
            "missing-references",
            BAD_REQUEST,
            "References of the narinfo are not in this cache: push them first: %s%s"),
    NO_ROOM("no-room", TOO_LARGE, "the server has no room for more uploads: its administrator has to free some"),
    QUOTA_EXCEEDED(
            "quota-exceeded",
            TOO_LARGE,
            "%s is full: it holds %s of the %s bytes of its quota, and uploads under way, this one among them, take %s"
                    + " more: delete paths that nobody needs, or ask %s for a larger quota"),
    NOT_TAKEN("not-taken", FORBIDDEN, "the cache %s takes no uploads: uploads is not among its sources"),
    ONLY_PROMOTED("only-promoted", FORBIDDEN, "the cache %s takes no pushes: its entry is promotion"),
    TOO_MANY_SIGNATURES("too-many-signatures", BAD_REQUEST, "the path would have more than %s signatures"),
    FALSE_SIGNATURE(
            "false-signature",
            BAD_REQUEST,
            "Sig of the narinfo is wrong: the one by %s does not verify under the key of that name"),
    NOT_TRUSTED("not-trusted", FORBIDDEN, "Sig of the narinfo is missing: this cache takes only paths signed by %s");

    /** What is told of a value that a client sent: more is of no use to a reader. */
    private static final int MOST_SHOWN = 300;

    private static final int MEBIBYTE = 1 << 20;

    private final String kind;
    private final ProblemType problem;
    private final String sentence;

    Refusal(String kind, ProblemType problem, String sentence) {
        this.kind = kind;
        this.problem = problem;
        this.sentence = sentence;
    }

    /** Its name in the record, the log and the meter. */
    public String kind() {
        return kind;
    }

    /** What the client is told, with its status. */
    public ProblemType problem() {
        return problem;
    }

    /**
     * To be thrown.
     *
     * @param facts one for each place in the sentence; what a client sent is quoted or {@link #shown}
     */
    public RefusedException because(Object... facts) {
        return new RefusedException(this, String.format(Locale.ROOT, sentence, facts));
    }

    /** A value that a client sent, cut short, with what no terminal should get written as an escape. */
    static String shown(String text) {
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

    /** A number of bytes, also in MiB where that is a whole number. */
    public static String size(long bytes) {
        boolean whole = bytes >= MEBIBYTE && bytes % MEBIBYTE == 0;
        return bytes + " bytes" + (whole ? " (" + bytes / MEBIBYTE + " MiB)" : "");
    }
}
