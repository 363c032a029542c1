package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NarUnpackerTest {
    @TempDir
    private Path temp;

    @Test
    void unpacksWhatPacksToTheSameBytes() throws IOException {
        Random random = new Random(9);
        for (int i = 0; i < 40; i++) {
            Path tree = temp.resolve("t" + i);
            Trees.generate(tree, random, 4);
            byte[] nar = Trees.pack(tree);
            Path copy = temp.resolve("c" + i);
            NarUnpacker.unpack(new ByteArrayInputStream(nar), copy);
            assertThat(Trees.pack(copy)).isEqualTo(nar);
        }
    }

    @Test
    void keepsTheSlashesOfATarget() throws IOException {
        for (String target :
                List.of("a", "/", "a/", "/a/", "a//b", "/a//b", "a//b//c/", "//", "..//..", "\u00ff//\u00ff/")) {
            byte[] bytes = target.getBytes(StandardCharsets.ISO_8859_1);
            byte[] nar = link(bytes);
            Path link = temp.resolve("l" + target.hashCode());
            if (target.startsWith("//")) {
                assertThatThrownBy(() -> NarUnpacker.unpack(new ByteArrayInputStream(nar), link))
                        .isInstanceOf(NarException.UnsupportedTarget.class);
            } else {
                NarUnpacker.unpack(new ByteArrayInputStream(nar), link);
                assertThat(Trees.pack(link)).as(target).isEqualTo(nar);
            }
        }
    }

    @Test
    void refusesATargetThatItCannotMakeExactly() {
        for (String target : List.of("//a", "a///b", "a//", "///")) {
            assertThatThrownBy(() -> NarUnpacker.unpack(
                            new ByteArrayInputStream(link(target.getBytes(StandardCharsets.US_ASCII))),
                            temp.resolve("l")))
                    .as(target)
                    .isInstanceOf(NarException.UnsupportedTarget.class);
        }
    }

    @Test
    void neverWritesOverWhatIsThere() throws IOException {
        Path there = Files.writeString(temp.resolve("there"), "kept");
        byte[] nar = Trees.pack(there);
        assertThatThrownBy(() -> NarUnpacker.unpack(new ByteArrayInputStream(nar), there))
                .isInstanceOf(FileAlreadyExistsException.class);
        Path dangling = Files.createSymbolicLink(temp.resolve("dangling"), Path.of("elsewhere"));
        assertThatThrownBy(() -> NarUnpacker.unpack(new ByteArrayInputStream(nar), dangling))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(temp.resolve("elsewhere")).doesNotExist();
    }

    private static byte[] link(byte[] target) {
        return Words.nar("(", "type", "symlink", "target").and(target).and(")").bytes();
    }
}
