package io.narthex.cache;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The sources of a cache as texts: {@code local-store}, {@code uploads}, {@code upstream:name}, {@code cache:tenant/name}. */
public final class SourceText {
    /** What each may be, for people. */
    static final String KNOWN = "local-store, uploads, upstream:{name} or cache:{tenant}/{cache}";

    private SourceText() {}

    /** The text, if it is that of a source. */
    static Optional<String> parse(String text) {
        boolean own = Stream.of(Source.values()).anyMatch(source -> text(source).equals(text));
        return own || OtherSource.parse(text).isPresent() ? Optional.of(text) : Optional.empty();
    }

    /** The cache's own ones first, which are asked first, then the others in their order. */
    public static List<String> of(Collection<Source> own, List<OtherSource> others) {
        return Stream.concat(
                        own.stream().sorted().map(SourceText::text),
                        others.stream().map(OtherSource::text))
                .toList();
    }

    /** Its own ones among all texts. */
    static Set<Source> own(List<String> texts) {
        Set<Source> own = EnumSet.noneOf(Source.class);
        for (Source source : Source.values()) {
            if (texts.contains(text(source))) {
                own.add(source);
            }
        }
        return own;
    }

    /** The others among all texts, each once. */
    static List<OtherSource> others(List<String> texts) {
        return texts.stream()
                .flatMap(text -> OtherSource.parse(text).stream())
                .distinct()
                .toList();
    }

    private static String text(Source source) {
        return source.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
