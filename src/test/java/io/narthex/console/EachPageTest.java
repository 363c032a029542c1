package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.narthex.browse.PagesIT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That no page and no action is left out of the lists of other tests. */
class EachPageTest {
    private static final Path VIEWS = Path.of("src/main/webapp/WEB-INF/console");
    private static final Path CODE = Path.of("src/main/java/io/narthex");
    private static final Path BY_CALLER = Path.of("src/test/java/io/narthex/access/AnswersByCallerIT.java");

    /** Around or within pages, and what is shown in place of one. */
    private static final List<String> OF_NO_PAGE = List.of("layout", "log-in", "record-page", "record-rows", "refused");

    @ParameterizedTest
    @EnumSource
    void isLookedAtInABrowser(ConsolePage page) {
        assertThat(PagesIT.consoleUrls().stream()
                        .map(url -> PageAddress.parse(url.replaceFirst("\\?.*", "")))
                        .flatMap(Optional::stream)
                        .map(PageAddress::page))
                .contains(page);
    }

    @ParameterizedTest
    @EnumSource
    void isInTheTableOfCallers(ConsolePage page) throws IOException {
        String url = "/console" + (page.pattern().isEmpty() ? "" : "/") + page.pattern();
        String row = Stream.of(url.split("/"))
                .map(segment -> segment.startsWith("{") ? "[^/, ]+" : segment)
                .collect(Collectors.joining("/"));

        assertThat(Files.readString(BY_CALLER)).containsPattern("\"PAGE +" + row + ",");
    }

    @Test
    void haveAViewEach() throws IOException {
        Set<String> views = new TreeSet<>(OF_NO_PAGE);
        for (ConsolePage page : ConsolePage.values()) {
            views.add(page.view().replaceAll(".*/|\\.xhtml", ""));
        }
        try (Stream<Path> files = Files.list(VIEWS)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".xhtml"))
                            .map(name -> name.replace(".xhtml", "")))
                    .containsExactlyInAnyOrderElementsOf(views);
        }
    }

    /** Who adds another one adds it to {@link PagesIT} too. */
    @Test
    void knowsWhoElseAnswersPagesForPeople() throws IOException {
        try (Stream<Path> files = Files.walk(CODE)) {
            assertThat(files.filter(file -> file.toString().endsWith("Resource.java"))
                            .filter(file -> read(file).contains("text/html"))
                            .map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("HomeResource.java", "ServeResource.java");
        }
    }

    @Test
    void actionsAreInTheTableOfCallers() {
        String table = read(BY_CALLER);

        assertThat(actions())
                .hasSizeGreaterThan(15)
                .allSatisfy(action -> assertThat(table).containsPattern("\"" + action.name() + " +/console/"));
    }

    private static List<PageAction> actions() {
        return new ClassFileImporter()
                .importPackages("io.narthex.console").stream()
                        .filter(c -> c.isAssignableTo(PageAction.class))
                        .map(JavaClass::reflect)
                        .filter(c -> !Modifier.isAbstract(c.getModifiers()))
                        .map(EachPageTest::made)
                        .toList();
    }

    private static PageAction made(Class<?> action) {
        try {
            Constructor<?> constructor = action.getDeclaredConstructor();
            constructor.setAccessible(true);
            return (PageAction) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(action + " cannot be made", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
