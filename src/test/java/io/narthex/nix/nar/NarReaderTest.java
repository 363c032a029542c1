package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.nix.Golden;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NarReaderTest {
    private static void assertRefused(InputStream nar, NarFlaw flaw) {
        NarException.Malformed refusal =
                catchThrowableOfType(NarException.Malformed.class, () -> NarVerifier.verify(nar));
        assertThat(refusal).as("not refused").isNotNull();
        assertThat(refusal.flaw()).isEqualTo(flaw);
    }

    private static void assertRefused(Words nar, NarFlaw flaw) {
        assertRefused(nar.stream(), flaw);
    }

    private static Words directory(String... names) {
        Words nar = Words.nar("(", "type", "directory");
        for (String name : names) {
            nar.entry(name);
        }
        return nar.and(")");
    }

    private static Words regular() {
        return Words.nar("(", "type", "regular", "contents");
    }

    private static Words link(String target) {
        return Words.nar("(", "type", "symlink", "target", target, ")");
    }

    @Test
    void takesWhatNixPacked() throws IOException {
        for (String golden : List.of("tree.nar", "file.nar", "executable.nar", "symlink.nar", "empty-directory.nar")) {
            byte[] nar = Golden.bytes(golden);
            assertThat(NarVerifier.verify(new ByteArrayInputStream(nar)).narSize())
                    .isEqualTo(nar.length);
        }
    }

    @Test
    void tellsTheVisitorEverythingInOrder() throws IOException {
        RecordingVisitor visitor = new RecordingVisitor();
        byte[] nar = Words.nar("(", "type", "directory")
                .and(
                        "entry",
                        "(",
                        "name",
                        "a",
                        "node",
                        "(",
                        "type",
                        "regular",
                        "executable",
                        "",
                        "contents",
                        "hello",
                        ")",
                        ")")
                .and("entry", "(", "name", "d", "node", "(", "type", "directory", ")", ")")
                .and("entry", "(", "name", "l", "node", "(", "type", "symlink", "target", "a", ")", ")")
                .and(")")
                .bytes();
        assertThat(NarReader.read(new ByteArrayInputStream(nar), visitor)).isEqualTo(nar.length);
        assertThat(visitor.events).containsExactly("[", "a:", "executable hello", "d:", "[", "]", "l:", "-> a", "]");
        assertThat(Arrays.copyOfRange(nar, (int) visitor.offset, (int) visitor.offset + 5))
                .isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void readsAStreamThatGivesOneByteAtATime() throws IOException {
        byte[] nar = Golden.bytes("tree.nar");
        InputStream slow = new ByteArrayInputStream(nar) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, 1));
            }
        };
        assertThat(NarVerifier.verify(slow)).isEqualTo(NarVerifier.verify(new ByteArrayInputStream(nar)));
    }

    @Test
    void refusesEveryTruncation() {
        byte[] nar = Golden.bytes("executable.nar");
        for (int length = 0; length < nar.length; length++) {
            assertRefused(new ByteArrayInputStream(nar, 0, length), NarFlaw.TRUNCATED);
        }
    }

    @Test
    void refusesTrailingBytes() {
        assertRefused(link("a").raw(new byte[1]), NarFlaw.TRAILING_BYTES);
        assertRefused(link("a").and("("), NarFlaw.TRAILING_BYTES);
        assertRefused(link("a").raw(link("a").bytes()), NarFlaw.TRAILING_BYTES);
    }

    @Test
    void refusesAnotherMagic() {
        assertRefused(new Words().and("nix-archive-2", "(", "type", "directory", ")"), NarFlaw.BAD_MAGIC);
        assertRefused(new Words().and("nix-archive-", "(", "type", "directory", ")"), NarFlaw.BAD_MAGIC);
        assertRefused(new ByteArrayInputStream(new byte[64]), NarFlaw.BAD_MAGIC);
    }

    @Test
    void refusesAnEmptyName() {
        assertRefused(directory(""), NarFlaw.BAD_NAME);
    }

    @Test
    void refusesEntryNamedDot() {
        assertRefused(directory("."), NarFlaw.BAD_NAME);
    }

    @Test
    void refusesEntryNamedDotDot() {
        assertRefused(directory(".."), NarFlaw.BAD_NAME);
    }

    @Test
    void takesEntriesThatOnlyBeginWithDots() {
        assertThatCode(() -> NarVerifier.verify(directory("...", "..a", ".a").stream()))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesANameWithASlash() {
        assertRefused(directory("a/b"), NarFlaw.BAD_NAME);
        assertRefused(directory("/"), NarFlaw.BAD_NAME);
        assertRefused(directory("../a"), NarFlaw.BAD_NAME);
    }

    @Test
    void refusesANameWithNul() {
        assertRefused(directory("a\0b"), NarFlaw.BAD_NAME);
        assertRefused(directory("\0"), NarFlaw.BAD_NAME);
    }

    @Test
    void takesANameOf255BytesAndRefusesALongerOne() {
        assertThatCode(() -> NarVerifier.verify(directory("a".repeat(255)).stream()))
                .doesNotThrowAnyException();
        assertRefused(directory("a".repeat(256)), NarFlaw.BAD_LENGTH);
    }

    @Test
    void refusesDuplicateNames() {
        assertRefused(directory("a", "a"), NarFlaw.DUPLICATE_NAME);
    }

    @Test
    void refusesNamesInWrongOrder() {
        assertRefused(directory("b", "a"), NarFlaw.WRONG_ORDER);
        assertRefused(directory("a", "b", "a"), NarFlaw.WRONG_ORDER);
        assertRefused(directory("ab", "a"), NarFlaw.WRONG_ORDER);
    }

    @Test
    void ordersNamesByUnsignedBytes() {
        assertThatCode(() -> NarVerifier.verify(directory("A", "a", "\u00e9").stream()))
                .doesNotThrowAnyException();
        assertRefused(directory("\u00e9", "a"), NarFlaw.WRONG_ORDER);
    }

    @Test
    void comparesNamesWithinOneDirectoryOnly() {
        Words nar = Words.nar("(", "type", "directory")
                .and("entry", "(", "name", "m", "node", "(", "type", "directory")
                .entry("a")
                .and(")", ")")
                .entry("n")
                .and(")");
        assertThatCode(() -> NarVerifier.verify(nar.stream())).doesNotThrowAnyException();
    }

    @Test
    void refusesPaddingThatIsNotZero() {
        byte[] one = {'x', 0, 0, 0, 0, 0, 0, 1};
        assertRefused(regular().length(1).raw(one).and(")"), NarFlaw.BAD_PADDING);
        assertRefused(
                Words.nar("(", "type", "symlink", "target").length(1).raw(one).and(")"), NarFlaw.BAD_PADDING);
        assertRefused(Words.nar().length(1).raw(new byte[] {'(', 1, 0, 0, 0, 0, 0, 0}), NarFlaw.BAD_PADDING);
    }

    @Test
    void refusesContentsLongerThanTheArchive() {
        assertRefused(regular().length(1000).raw(new byte[999]), NarFlaw.TRUNCATED);
        assertRefused(regular().length(Long.MAX_VALUE / 2).raw(new byte[1 << 20]), NarFlaw.TRUNCATED);
    }

    @Test
    void refusesLengthsBeyondAnyFile() {
        assertRefused(regular().length(-1), NarFlaw.BAD_LENGTH);
        assertRefused(regular().length(Long.MAX_VALUE), NarFlaw.BAD_LENGTH);
        assertRefused(regular().length(Long.MIN_VALUE), NarFlaw.BAD_LENGTH);
    }

    @Test
    void allocatesNothingForANameTargetOrWordThatLiesAboutItsLength() {
        for (long length : new long[] {256, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, -1}) {
            assertRefused(
                    Words.nar("(", "type", "directory", "entry", "(", "name").length(length), NarFlaw.BAD_LENGTH);
        }
        for (long length : new long[] {4096, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, -1}) {
            assertRefused(Words.nar("(", "type", "symlink", "target").length(length), NarFlaw.BAD_LENGTH);
            assertRefused(Words.nar("(", "type").length(length), NarFlaw.UNEXPECTED_WORD);
            assertRefused(Words.nar().length(length), NarFlaw.UNEXPECTED_WORD);
        }
    }

    @Test
    void refusesNestingThatNoFileSystemHasWithoutAStackOverflow() {
        byte[] level = new Words()
                .and("(", "type", "directory", "entry", "(", "name", "a", "node")
                .bytes();
        InputStream bottomless = new InputStream() {
            private long position;

            @Override
            public int read() {
                return level[(int) (position++ % level.length)];
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = (byte) read();
                }
                return length;
            }
        };
        assertRefused(new SequenceInputStream(Words.nar().stream(), bottomless), NarFlaw.TOO_DEEP);
    }

    @Test
    void takesNestingUpToItsLimit() {
        Words nar = Words.nar();
        for (int i = 1; i < NarReader.MAX_DEPTH; i++) {
            nar.and("(", "type", "directory", "entry", "(", "name", "a", "node");
        }
        nar.and("(", "type", "directory", ")");
        for (int i = 1; i < NarReader.MAX_DEPTH; i++) {
            nar.and(")", ")");
        }
        assertThatCode(() -> NarListing.read(nar.stream())).doesNotThrowAnyException();
    }

    @Test
    void refusesWordsOutOfPlace() {
        for (String[] words : new String[][] {
            {")"},
            {"(", ")"},
            {"(", "type", "fifo", ")"},
            {"(", "type", "regular", ")"},
            {"(", "type", "regular", "executable", "", ")"},
            {"(", "type", "regular", "executable", "yes", "contents", "", ")"},
            {"(", "type", "regular", "contents", "", "contents", "", ")"},
            {"(", "type", "regular", "contents", "", "executable", "", ")"},
            {"(", "type", "regular", "target", "a", ")"},
            {"(", "type", "symlink", "contents", "", ")"},
            {"(", "type", "symlink", "target", "a", "target", "b", ")"},
            {"(", "type", "directory", "contents", "", ")"},
            {"(", "type", "directory", "entry", "(", "node", "(", "type", "directory", ")", ")", ")"},
            {"(", "type", "directory", "entry", "(", "name", "a", ")", ")"},
            {"(", "type", "directory", "entry", "(", "name", "a", "name", "b", ")", ")"},
            {"(", "type", "directory", "type", "directory", ")"},
        }) {
            assertRefused(Words.nar(words), NarFlaw.UNEXPECTED_WORD);
        }
    }

    @Test
    void takesATargetOf4095BytesAndRefusesALongerOrUnmakeableOne() {
        assertThatCode(() -> NarVerifier.verify(link("a".repeat(4095)).stream()))
                .doesNotThrowAnyException();
        assertRefused(link("a".repeat(4096)), NarFlaw.BAD_LENGTH);
        assertRefused(link(""), NarFlaw.BAD_TARGET);
        assertRefused(link("a\0b"), NarFlaw.BAD_TARGET);
    }

    @Test
    void saysWhereItStopped() {
        assertThatThrownBy(() -> NarVerifier.verify(directory("..").stream()))
                .hasMessageContaining("at byte 144")
                .hasMessageContaining("dot-dot");
    }

    @Test
    void lendsContentsThatEndWithTheFile() throws IOException {
        byte[] nar = regular().and("0123456789").and(")").bytes();
        List<Integer> reads = new ArrayList<>();
        NarReader.read(new ByteArrayInputStream(nar), new RecordingVisitor() {
            @Override
            public void regular(boolean executable, long size, long offset, InputStream contents) throws IOException {
                reads.add(contents.available());
                reads.add(contents.read());
                reads.add((int) contents.skip(3));
                reads.add(contents.read(new byte[100]));
                reads.add(contents.read());
                reads.add(contents.read(new byte[0]));
                reads.add((int) contents.skip(5));
            }
        });
        assertThat(reads).containsExactly(10, (int) '0', 3, 6, -1, 0, 0);
    }

    @Test
    void readsOverContentsThatTheVisitorLeaves() throws IOException {
        byte[] nar = Golden.bytes("tree.nar");
        RecordingVisitor half = new RecordingVisitor() {
            @Override
            public void regular(boolean executable, long size, long offset, InputStream contents) throws IOException {
                contents.readNBytes((int) (size / 2));
            }
        };
        assertThat(NarReader.read(new ByteArrayInputStream(nar), half)).isEqualTo(nar.length);
    }

    /** Writes down what it is told. */
    private static class RecordingVisitor implements NarVisitor {
        final List<String> events = new ArrayList<>();
        long offset;

        @Override
        public void enterDirectory() {
            events.add("[");
        }

        @Override
        public void enterEntry(byte[] name) {
            events.add(new String(name, StandardCharsets.ISO_8859_1) + ":");
        }

        @Override
        public void leaveDirectory() {
            events.add("]");
        }

        @Override
        public void regular(boolean executable, long size, long at, InputStream contents) throws IOException {
            offset = at;
            String text = new String(contents.readAllBytes(), StandardCharsets.ISO_8859_1);
            events.add((executable ? "executable " : "plain ") + text);
        }

        @Override
        public void symlink(byte[] target) {
            events.add("-> " + new String(target, StandardCharsets.ISO_8859_1));
        }
    }
}
