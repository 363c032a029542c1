#!/usr/bin/env bash
# The JDK's HttpClient, as it comes (version HTTP_2) and at a plain http: address, upgrades to HTTP/2 ("h2c") by its first request. If
# the answer to that first request is longer than a few frames, it breaks about once in a hundred times, with nothing else going on:
# "ProtocolException: protocol error: Frame type(…) length(…) exceeds MAX_FRAME_SIZE(…)", where type and length are bytes of the body.
# Two servers that share no code (Undertow, Jetty) show the same, so that it is the client's; seen with OpenJDK 17.0.15 and 25.0.3.
# Whole, always: what the same client asks after a first request with a short answer, 40 at once too; and version(HTTP_1_1). A guess
# would be that the server or a proxy cut the answer, or that it takes load.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 21 or newer and Maven.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
cat > "$work/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>ask</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.undertow</groupId><artifactId>undertow-core</artifactId><version>2.3.27.Final</version></dependency>
    <dependency><groupId>org.eclipse.jetty.http2</groupId><artifactId>jetty-http2-server</artifactId><version>12.0.15</version></dependency>
  </dependencies>
</project>
POM
(cd "$work" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib) \
  > "$work/log" 2>&1 || { tail -n 5 "$work/log"; exit 2; }
cat > "$work/Ask.java" <<'JAVA'
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.net.*;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.*;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.*;
import org.eclipse.jetty.util.Callback;

class Ask {
    static final byte[] LONG = new byte[300_000];
    static final byte[] SHORT = new byte[100];

    static byte[] body(String path) {
        return path.endsWith("/long") ? LONG : SHORT;
    }

    static int undertow() {
        Undertow server = Undertow.builder().addHttpListener(0, "127.0.0.1").setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(x -> x.getResponseSender().send(ByteBuffer.wrap(body(x.getRequestPath())))).build();
        server.start();
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    static int jetty() throws Exception {
        Server server = new Server();
        HttpConfiguration how = new HttpConfiguration();
        var connector = new ServerConnector(server, new HttpConnectionFactory(how), new HTTP2CServerConnectionFactory(how));
        server.addConnector(connector);
        server.setHandler(new org.eclipse.jetty.server.Handler.Abstract() {
            public boolean handle(Request request, Response response, Callback done) {
                response.write(true, ByteBuffer.wrap(body(request.getHttpURI().getPath())), done);
                return true;
            }
        });
        server.start();
        return connector.getLocalPort();
    }

    static CompletableFuture<String> ask(HttpClient client, URI uri) {
        return client.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray()).handle((answer, e) -> {
            Throwable why = e;
            while (why != null && why.getCause() != null) why = why.getCause();
            if (why != null) return why.toString().replaceAll("\\d+", "N");
            return Arrays.equals(answer.body(), body(uri.getPath())) ? "whole" : "a body of another length or other bytes";
        });
    }

    /** What became of each client's requests, client after client, until one was not whole. */
    static Set<String> many(int port, HttpClient.Version version, boolean shortFirst, int clients, int requests) throws Exception {
        Set<String> seen = new TreeSet<>();
        for (int c = 0; c < clients && seen.stream().allMatch("whole"::equals); c++) {
            HttpClient client = HttpClient.newBuilder().version(version).build();
            if (shortFirst) seen.add(ask(client, URI.create("http://127.0.0.1:" + port + "/short")).get(60, TimeUnit.SECONDS));
            List<CompletableFuture<String>> all = new ArrayList<>();
            for (int i = 0; i < requests; i++) all.add(ask(client, URI.create("http://127.0.0.1:" + port + "/long")));
            for (var one : all) seen.add(one.get(60, TimeUnit.SECONDS));
        }
        return seen;
    }

    public static void main(String[] a) throws Exception {
        new Random(1).nextBytes(LONG);
        for (var server : Map.of("Undertow", undertow(), "Jetty", jetty()).entrySet()) {
            int port = server.getValue();
            System.out.println(server.getKey() + " first: " + many(port, HttpClient.Version.HTTP_2, false, 3_000, 1));
            System.out.println(server.getKey() + " later: " + many(port, HttpClient.Version.HTTP_2, true, 30, 40));
            System.out.println(server.getKey() + " HTTP/1.1: " + many(port, HttpClient.Version.HTTP_1_1, false, 500, 1));
        }
        System.exit(0);
    }
}
JAVA
"$java" -version 2>&1 | head -n 1
"$java" --class-path "$work/lib/*" "$work/Ask.java" 2> "$work/err" > "$work/out" || { tail -n 5 "$work/err"; exit 2; }
cat "$work/out"
for server in Undertow Jetty; do
  grep -q "^$server first: .*ProtocolException: protocol error: Frame type(N) length(N) exceeds MAX_FRAME_SIZE(N)" "$work/out"
  grep -qx "$server later: \[whole\]" "$work/out"
  grep -qx "$server HTTP/1.1: \[whole\]" "$work/out"
done
