package io.narthex.cache;

import io.narthex.tenant.NameRule;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The sources of a cache as texts: {@code local-store}, {@code uploads}, {@code upstream:name}. */
final class SourceText {
    /** What each may be, for people. */
    static final String KNOWN = "local-store, uploads or upstream:{name}";

    private static final String UPSTREAM = "upstream:";

    private SourceText() {}

    /** The text, if it is that of a source. */
    static Optional<String> parse(String text) {
        boolean upstream = text.startsWith(UPSTREAM) && NameRule.allows(text.substring(UPSTREAM.length()));
        return Optional.of(text)
                .filter(t -> upstream || Stream.of(Source.values()).anyMatch(s -> text(s).equals(t)));
    }

    /** The cache's own ones first, which are asked first, then upstreams in their order. */
    static List<String> of(Collection<Source> own, List<String> upstreams) {
        return Stream.concat(
                        own.stream().sorted().map(SourceText::text),
                        upstreams.stream().map(UPSTREAM::concat))
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

    /** The names of upstreams among all texts, each once. */
    static List<String> upstreams(List<String> texts) {
        return texts.stream()
                .filter(text -> text.startsWith(UPSTREAM))
                .map(text -> text.substring(UPSTREAM.length()))
                .distinct()
                .toList();
    }

    private static String text(Source source) {
        return source.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
