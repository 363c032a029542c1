package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NarListingTest {
    @TempDir
    private Path temp;

    @Test
    void listsWhatNixLists() throws IOException {
        NarListing listing = NarListing.read(new ByteArrayInputStream(Golden.bytes("tree.nar")));
        // Nix 2.8 writes names as the bytes they are, whatever JSON says.
        assertThat("{\"version\":1,\"root\":" + json(listing.root()) + "}")
                .isEqualTo(new String(Golden.bytes("tree.ls"), StandardCharsets.ISO_8859_1));
    }

    @Test
    void listsATreeAsItsArchive() throws IOException {
        Random random = new Random(8);
        for (int i = 0; i < 30; i++) {
            Path tree = temp.resolve("t" + i);
            Trees.generate(tree, random, 4);
            NarListing listing = NarListing.of(tree);
            assertThat(listing.root())
                    .isEqualTo(NarListing.read(new ByteArrayInputStream(Trees.pack(tree)))
                            .root());
        }
    }

    @Test
    void refusesMoreNodesThanItMayHold() throws IOException {
        byte[] nar = Words.nar("(", "type", "directory")
                .entry("a")
                .entry("b")
                .and(")")
                .bytes();
        assertThat(NarListing.read(new ByteArrayInputStream(nar), 3).root()).isInstanceOf(NarNode.Directory.class);
        assertThatThrownBy(() -> NarListing.read(new ByteArrayInputStream(nar), 2))
                .isInstanceOfSatisfying(
                        NarException.Malformed.class, e -> assertThat(e.flaw()).isEqualTo(NarFlaw.TOO_MANY_NODES));
    }

    @Test
    void offersTextWithMarksForWhatIsNotUtf8() {
        NarNode link = new NarNode.Symlink(new byte[] {'a', (byte) 0xff});
        NarNode.Entry entry = new NarNode.Entry("caf\u00e9".getBytes(StandardCharsets.UTF_8), link);
        assertThat(entry.nameText()).isEqualTo("caf\u00e9");
        assertThat(((NarNode.Symlink) link).targetText()).isEqualTo("a\ufffdFF");
    }

    private static String json(NarNode node) {
        return switch (node) {
            case NarNode.Directory directory ->
                directory.entries().stream()
                        .map(entry -> text(entry.name()) + ":" + json(entry.node()))
                        .collect(Collectors.joining(",", "{\"type\":\"directory\",\"entries\":{", "}}"));
            case NarNode.Regular file ->
                "{\"type\":\"regular\",\"size\":" + file.size() + (file.executable() ? ",\"executable\":true" : "")
                        + ",\"narOffset\":" + file.narOffset() + "}";
            case NarNode.Symlink link -> "{\"type\":\"symlink\",\"target\":" + text(link.target()) + "}";
        };
    }

    private static String text(byte[] bytes) {
        return '"'
                + new String(bytes, StandardCharsets.ISO_8859_1)
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                + '"';
    }
}
