package io.narthex.operations;

import io.narthex.it.Nginx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The site of nginx for several nodes that the product brings, at a port of its own and without TLS. */
final class Balancer {
    private static final Path SITE = Path.of("wildfly-config/nginx/narthex-nodes.conf");

    private Balancer() {}

    /**
     * Returns when it listens.
     *
     * @param nodes the ports of the three
     */
    static Nginx start(Path directory, int port, List<String> nodes) throws IOException, InterruptedException {
        String site = Files.readString(SITE);
        for (int i = 0; i < nodes.size(); i++) {
            site = replaced(site, "10\\.0\\.0\\.1" + (i + 1) + ":8080", "127.0.0.1:" + nodes.get(i));
        }
        site = replaced(site, "listen 80;", "listen 127.0.0.1:" + port + ";");
        return Nginx.start(directory, port, replaced(site, "(?m)^ *(listen \\[|listen 443|ssl_).*$", ""));
    }

    private static String replaced(String text, String pattern, String by) {
        String made = text.replaceAll(pattern, by);
        if (made.equals(text)) {
            throw new IllegalStateException(SITE + " has no " + pattern);
        }
        return made;
    }
}
