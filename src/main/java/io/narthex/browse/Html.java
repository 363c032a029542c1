package io.narthex.browse;

/** Escapes text for HTML. */
final class Html {
    private Html() {}

    /** Safe between tags and inside a quoted attribute. */
    static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A whole page. */
    static String page(String title, String body) {
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>%s</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
                   color: #222; background: #fff }
            pre, code { font-family: ui-monospace, monospace; background: #f4f4f4 }
            pre { padding: .8rem; overflow-x: auto }
            table { border-collapse: collapse } td { padding: .1rem 1rem .1rem 0 }
            @media (prefers-color-scheme: dark) {
              body { color: #ddd; background: #1a1a1a } pre, code { background: #2a2a2a } a { color: #8ab4f8 } }
            </style>
            </head>
            <body>
            %s</body>
            </html>
            """.formatted(text(title), body);
    }
}
