package io.narthex.browse;

/** Escapes text for HTML, and writes whole pages. */
final class Html {
    /** How pages look: it stands in each of them, so that a page is one request. */
    static final PageText STYLE = PageText.read("/page.css");

    private Html() {}

    /** Safe between tags and inside a quoted attribute. */
    static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A whole page, which runs no script. */
    static String page(String title, String body) {
        return page(title, body, "");
    }

    /** A whole page whose script runs once the page is there. */
    static String page(String title, String body, PageText script) {
        return page(title, body, "<script>" + script.text() + "</script>\n");
    }

    private static String page(String title, String body, String end) {
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>%s</title>
            <link rel="icon" href="data:,">
            <style>%s</style>
            </head>
            <body>
            %s%s</body>
            </html>
            """.formatted(text(title), STYLE.text(), body, end);
    }
}
