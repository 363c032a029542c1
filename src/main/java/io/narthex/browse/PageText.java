package io.narthex.browse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * A style or a script that stands in a page, with the source by which the page's policy lets it work and nothing else: a script
 * that got into a page in any other way does not run, and none is loaded from anywhere, not even from this server, which hands out
 * what others pushed.
 *
 * @param text as it stands between the tags
 * @param source of a Content-Security-Policy: its hash
 */
record PageText(String text, String source) {
    /** @param name of a file beside the classes */
    static PageText read(String name) {
        try (InputStream in = PageText.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no " + name);
            }
            String text = "\n" + new String(in.readAllBytes(), StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new PageText(text, "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
