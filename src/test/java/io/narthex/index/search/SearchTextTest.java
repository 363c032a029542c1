package io.narthex.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.index.search.SearchText.Meaning;
import io.narthex.index.search.SearchText.Meaning.HashBeginning;
import io.narthex.index.search.SearchText.Meaning.NameBeginning;
import io.narthex.index.search.SearchText.Meaning.NamePart;
import io.narthex.index.search.SearchText.Meaning.NarFile;
import io.narthex.index.search.SearchText.Meaning.Program;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchTextTest {
    private static final String HASH = "0c1dfgh3ijkl4mnpq5rsvw6xyz789abc";

    private static List<Meaning> meanings(String typed) {
        return SearchText.of(typed).orElseThrow().meanings();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void takesNothingForEverything(String typed) {
        assertThat(SearchText.of(typed)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-hello-2.12", ".narinfo", ".ls", "-hello.drv/bin"})
    void takesTheHashOfWhateverNamesAPath(String end) {
        assertThat(meanings(HASH + end)).containsExactly(new HashBeginning(HASH));
        assertThat(meanings(" /nix/store/" + HASH + end + "\n")).containsExactly(new HashBeginning(HASH));
    }

    @Test
    void takesWhatMayBeEitherForAHashsBeginningAndForAPartOfAName() {
        assertThat(meanings("0c1d"))
                .containsExactly(new HashBeginning("0c1d"), new NamePart("0c1d"), new Program("0c1d", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "Hello", "firefox-1", "-dev", "c++filt", "tea"})
    void takesOtherTextsForPartsOfNames(String typed) {
        assertThat(meanings(typed)).containsExactly(new NamePart(typed), new Program(typed, false));
    }

    @ParameterizedTest
    @CsvSource({"bin/hello, hello", "/bin/hello, hello", "lib/libz.so.1, libz.so.1", "share/man/man1/ls.1, "})
    void takesWhatStandsBehindASlashForTheBeginningOfAProgram(String typed, @Nullable String name) {
        if (name == null) {
            assertThat(meanings(typed)).noneMatch(Program.class::isInstance);
        } else {
            assertThat(meanings(typed)).containsExactly(new NamePart(name), new Program(name, true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h", "he", "c++", "3.1", "7-z"})
    void takesWhatHasNoTrigramForABeginning(String typed) {
        assertThat(meanings(typed)).containsExactly(new NameBeginning(typed));
    }

    @ParameterizedTest
    @CsvSource({
        "nar/0c1d.nar.xz, 0c1d.nar.xz",
        "0c1d.nar, 0c1d.nar",
        "https://cache.example.com/acme/ci/nar/0c1d.nar.zst, 0c1d.nar.zst",
    })
    void takesTheFileOfANar(String typed, String name) {
        assertThat(meanings(typed)).containsExactly(new NarFile(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "_", "-", "+", "a%b", "<script>", "häuser", "a b c", "/nix/store/", "\u0000"})
    void findsNothingForWhatIsInNoName(String typed) {
        assertThat(meanings(typed)).isEmpty();
    }

    @Test
    void looksAtNoTextThatIsLongerThanAnyPath() {
        assertThat(meanings("a".repeat(401))).isEmpty();
    }
}
