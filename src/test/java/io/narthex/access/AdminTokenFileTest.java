package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenFileTest {
    @TempDir
    Path directory;

    private Path path = Path.of("");
    private AdminTokenFile file = new AdminTokenFile(path);

    @BeforeEach
    void name() {
        path = directory.resolve("admin-token");
        file = new AdminTokenFile(path);
    }

    @Test
    void isMadeWithOneLineOf256RandomBitsThatScannersFind() throws IOException {
        assertThat(file.createIfMissing(new SecureRandom())).isTrue();
        assertThat(Files.readString(path)).matches("narthex_[A-Za-z0-9_-]{43}\n");
        assertThat(file.read().orElseThrow().reveal())
                .isEqualTo(Files.readString(path).strip());
    }

    @Test
    void isMadeForItsOwnerAloneAndLeavesNothingBeside() throws IOException {
        file.createIfMissing(new SecureRandom());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(file.isOpenToOthers()).isFalse();
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).containsExactly(path);
        }
    }

    @Test
    void differsEachTime() throws IOException {
        file.createIfMissing(new SecureRandom());
        String first = Files.readString(path);
        Files.delete(path);
        file.createIfMissing(new SecureRandom());
        assertThat(Files.readString(path)).isNotEqualTo(first);
    }

    @Test
    void isNeverReplaced() throws IOException {
        Files.writeString(path, "mine\n");
        assertThat(file.createIfMissing(new SecureRandom())).isFalse();
        assertThat(Files.readString(path)).isEqualTo("mine\n");
    }

    @Test
    void cannotBeMadeWhereThereIsNoDirectory() {
        AdminTokenFile elsewhere = new AdminTokenFile(directory.resolve("missing/admin-token"));
        assertThatThrownBy(() -> elsewhere.createIfMissing(new SecureRandom())).isInstanceOf(IOException.class);
    }

    @Test
    void toleratesWhiteSpaceAroundTheToken() throws IOException {
        Files.writeString(path, " abc \r\n\n");
        assertThat(file.read().orElseThrow().reveal()).isEqualTo("abc");
    }

    @Test
    void holdsNoTokenWhenEmptyOrOfSeveralLines() throws IOException {
        Files.writeString(path, "\n");
        assertThat(file.read()).isEmpty();
        Files.writeString(path, "a\nb\n");
        assertThatThrownBy(() -> file.read()).isInstanceOf(IOException.class);
    }

    @Test
    void tellsWhenOthersCanReadIt() throws IOException {
        Files.writeString(path, "abc\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(file.isOpenToOthers()).isTrue();
    }
}
