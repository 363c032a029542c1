package io.narthex.key.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterKeyTest {
    private static final byte[] SECRET = "name:a secret key".getBytes(StandardCharsets.US_ASCII);

    private final SecureRandom random = new SecureRandom();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void opensWhatItSealed() throws Exception {
        MasterKey key = key("a");

        assertThat(key.open(key.seal(SECRET, "context"), "context")).isEqualTo(SECRET);
    }

    @Test
    void opensWhatItSealedAfterItWasReadAgain() throws Exception {
        byte[] sealed = key("a").seal(SECRET, "context");

        MasterKey again = MasterKey.read(directory.resolve("a"), random).orElseThrow();

        assertThat(again.open(sealed, "context")).isEqualTo(SECRET);
    }

    @Test
    void doesNotOpenWhatAnotherSealed() throws Exception {
        byte[] sealed = key("a").seal(SECRET, "context");
        MasterKey other = key("b");

        assertThatThrownBy(() -> other.open(sealed, "context"))
                .isInstanceOf(WrongMasterKeyException.class)
                .hasMessage("it was sealed under another master key");
    }

    @Test
    void doesNotOpenASecretUnderTheContextOfAnother() throws Exception {
        MasterKey key = key("a");
        byte[] sealed = key.seal(SECRET, "one");

        assertThatThrownBy(() -> key.open(sealed, "two")).isInstanceOf(WrongMasterKeyException.class);
    }

    @Test
    void doesNotOpenWhatWasAlteredAnywhere() throws Exception {
        MasterKey key = key("a");
        byte[] sealed = key.seal(SECRET, "context");
        for (int i = 0; i < sealed.length; i++) {
            byte[] altered = sealed.clone();
            altered[i] ^= 1;
            assertThatThrownBy(() -> key.open(altered, "context"))
                    .as("byte %s", i)
                    .isInstanceOf(WrongMasterKeyException.class);
        }
    }

    @Test
    void doesNotOpenWhatWasCutAnywhere() throws Exception {
        MasterKey key = key("a");
        byte[] sealed = key.seal(SECRET, "context");
        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> key.open(cut, "context"))
                    .as("%s bytes", length)
                    .isInstanceOf(WrongMasterKeyException.class);
        }
    }

    @Test
    void sealsTheSameDifferentlyEachTime() throws Exception {
        MasterKey key = key("a");

        assertThat(key.seal(SECRET, "context")).isNotEqualTo(key.seal(SECRET, "context"));
    }

    @Test
    void keepsNoSecretInClear() throws Exception {
        assertThat(new String(key("a").seal(SECRET, "context"), StandardCharsets.ISO_8859_1))
                .doesNotContain("secret");
    }

    @Test
    void isInAFileThatOnlyItsOwnerReads() throws Exception {
        assertThat(key("a")).hasToString("***");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("a"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(directory.resolve("a"))).matches("[A-Za-z0-9+/]{43}=\n");
    }

    @Test
    void isNotMadeOverAnother() throws Exception {
        key("a");
        String before = Files.readString(directory.resolve("a"));

        assertThatThrownBy(() -> key("a")).isInstanceOf(IOException.class);
        assertThat(Files.readString(directory.resolve("a"))).isEqualTo(before);
    }

    @Test
    void isAbsentWhereThereIsNoFile() throws Exception {
        assertThat(MasterKey.read(directory.resolve("none"), random)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "not base64!", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void isNotReadFromAFileThatHoldsNone(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("bad"), text);

        assertThatThrownBy(() -> MasterKey.read(file, random)).isInstanceOf(IOException.class);
    }

    private MasterKey key(String name) throws IOException {
        return MasterKey.make(directory.resolve(name), random);
    }
}
