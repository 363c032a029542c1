package io.narthex.browse;

import io.narthex.index.search.FoundPath;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Writes the first page of a cache, for browsers and for terminals. */
final class HomePage {
    /** Copies the two lines, and searches while somebody types. Without it the page says and does the same, one click later. */
    private static final PageText SCRIPT = PageText.read("/home.js");

    /** What the page may load and do: its own style and script, and a search. */
    static final String POLICY = "default-src 'none'; script-src " + SCRIPT.source() + "; style-src "
            + Html.STYLE.source() + "; connect-src 'self'; form-action 'self'; img-src data:; frame-ancestors 'none';"
            + " base-uri 'none'";

    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC);

    private HomePage() {}

    static String html(HomeView view) {
        String prefix = Html.text(view.prefix());
        String body = """
            <main>
            <h1>%s</h1>
            <p>%s</p>
            <h2>Use it</h2>
            <p>In <code>nix.conf</code>, beside what is there already:</p>
            <pre id="lines" class="whole">%s</pre>
            <p><button type="button" id="copy" hidden>Copy both lines</button> <span id="copied" role="status"></span></p>
            <p>Or once, for one path:</p>
            <pre class="whole">%s</pre>
            <p><a href="%5$s/setup">Set a machine up, with a token or to push</a></p>
            <h2>Search</h2>
            <form role="search" action="%5$s/" method="get">
            <label for="q">A part of a name, the beginning of a hash, a store path, a NAR's file, or a program as in bin/hello</label><br>
            <input type="search" id="q" name="q" value="%6$s" maxlength="400" autocomplete="off" spellcheck="false">
            <button type="submit">Search</button>
            </form>
            <div id="found" aria-live="polite">%7$s</div>
            </main>
            <footer>%8$s<a href="%5$s/public-key">Public key</a> · <a href="%5$s/nix-cache-info">nix-cache-info</a>
            · served by Narthex</footer>
            """.formatted(
                        Html.text(view.cache().fullName()),
                        Html.text(view.description()),
                        Html.text(view.lines()),
                        Html.text(view.once()),
                        prefix,
                        Html.text(view.typed()),
                        view.typed().isEmpty() ? "" : found(view, prefix),
                        view.console()
                                .map(url -> "<a href=\"" + Html.text(url) + "\">Console</a> · ")
                                .orElse(""));
        return Html.page(view.cache().fullName() + ": a Nix binary cache", body, SCRIPT);
    }

    private static String found(HomeView view, String prefix) {
        StringBuilder rows = new StringBuilder("<p>" + view.outcome() + "</p>\n");
        if (view.found().isEmpty()) {
            return rows.toString();
        }
        rows.append("<table>\n<thead><tr><th scope=\"col\">Path</th><th scope=\"col\" class=\"number\">Unpacked</th>"
                + "<th scope=\"col\">Since</th></tr></thead>\n<tbody>\n");
        for (FoundPath path : view.shown()) {
            rows.append(
                    "<tr><td><a href=\"%s/serve/%s\">%s</a></td><td class=\"number\">%s</td><td class=\"day\">%s</td></tr>\n"
                            .formatted(
                                    prefix,
                                    path.path().hash(),
                                    Html.text(path.path().baseName()),
                                    SizeText.of(path.narSize()),
                                    DAY.format(path.since())));
        }
        return rows.append("</tbody>\n</table>\n").toString();
    }

    static String text(HomeView view) {
        String base = view.base().text();
        StringBuilder text = new StringBuilder()
                .append(view.cache().fullName())
                .append("\n\n")
                .append(view.description())
                .append("\n\nIn nix.conf, beside what is there already:\n\n")
                .append(view.lines())
                .append("\n\nOr once, for one path:\n\n")
                .append(view.once())
                .append("\n\n");
        if (!view.typed().isEmpty()) {
            text.append(view.outcome()).append("\n\n");
            for (FoundPath path : view.shown()) {
                text.append(path.path().toString(view.cache().storeDir()))
                        .append("  ")
                        .append(SizeText.of(path.narSize()))
                        .append("  ")
                        .append(DAY.format(path.since()))
                        .append('\n');
            }
            text.append('\n');
        }
        text.append("Search:  curl '").append(base).append("/?q=hello'\n");
        text.append("Set up:  curl ").append(base).append("/setup\n");
        view.console().ifPresent(url -> text.append("Console: ").append(url).append('\n'));
        return text.toString();
    }
}
