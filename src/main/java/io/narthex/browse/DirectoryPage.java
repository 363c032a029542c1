package io.narthex.browse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.narthex.nix.store.StorePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Shows a directory inside a path, as an HTML page or as JSON like that of {@code .ls}, one level deep. */
final class DirectoryPage {
    private static final JsonFactory JSON = new JsonFactory();

    private DirectoryPage() {}

    static byte[] json(DirectoryEntries directory) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("type", "directory");
            json.writeObjectFieldStart("entries");
            for (DirectoryEntries.Entry entry : directory.entries()) {
                json.writeObjectFieldStart(entry.text());
                json.writeStringField("type", entry.type().name().toLowerCase(Locale.ROOT));
                switch (entry.type()) {
                    case REGULAR -> {
                        json.writeNumberField("size", entry.size());
                        json.writeBooleanField("executable", entry.executable());
                    }
                    case SYMLINK -> json.writeStringField("target", entry.target());
                    case DIRECTORY -> {}
                }
                json.writeEndObject();
            }
            json.writeEndObject();
            if (directory.leftOut() > 0) {
                json.writeNumberField("leftOut", directory.leftOut());
            }
            json.writeEndObject();
        }
        return text.toByteArray();
    }

    static byte[] html(String prefix, DirectoryEntries directory, StorePath path, List<byte[]> names) {
        StringBuilder base =
                new StringBuilder(prefix).append("/serve/").append(path.hash()).append('/');
        StringBuilder title = new StringBuilder(path.baseName());
        for (byte[] name : names) {
            base.append(UrlNames.escape(name)).append('/');
            title.append('/').append(new String(name, StandardCharsets.UTF_8));
        }
        StringBuilder body =
                new StringBuilder("<h1>").append(Html.text(title.toString())).append("</h1>\n<table>\n");
        if (!names.isEmpty()) {
            String parent = base.substring(0, base.lastIndexOf("/", base.length() - 2) + 1);
            row(body, parent, "..", "");
        }
        for (DirectoryEntries.Entry entry : directory.entries()) {
            String link = base + entry.link();
            switch (entry.type()) {
                case DIRECTORY -> row(body, link + "/", entry.text() + "/", "");
                case REGULAR ->
                    row(body, link, entry.text(), entry.size() + " bytes" + (entry.executable() ? ", executable" : ""));
                case SYMLINK -> row(body, link, entry.text(), "→ " + entry.target());
            }
        }
        if (directory.leftOut() > 0) {
            row(
                    body,
                    prefix + "/" + path.hash() + ".ls",
                    "and " + directory.leftOut() + " more",
                    "all are in the listing");
        }
        return Html.page(title.toString(), body.append("</table>\n").toString()).getBytes(StandardCharsets.UTF_8);
    }

    private static void row(StringBuilder body, String link, String name, String remark) {
        body.append("<tr><td><a href=\"")
                .append(Html.text(link))
                .append("\">")
                .append(Html.text(name))
                .append("</a></td><td>")
                .append(Html.text(remark))
                .append("</td></tr>\n");
    }
}
