#!/usr/bin/env bash
# Undertow 2.3.27.Final refuses a broken percent escape in a request's URL while it parses, with a 400 that has no body and no
# Content-Type, before any handler runs, also with DECODE_URL off, which hands URLs over as they came: an application that decodes
# by itself, and answers such a URL in its own words, is not asked any more. 2.3.23.Final still asked it.
# ALLOW_UNESCAPED_CHARACTERS_IN_URL, which lets raw letters through that RFC 3986 does not allow (| as an example) in both, does
# not bring it back.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 17 or newer and Maven.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
fetch() { # version: Undertow and what it needs, by a project that depends on nothing else
  mkdir -p "$work/$1"
  cat > "$work/$1/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>ask</artifactId><version>1</version>
  <dependencies><dependency><groupId>io.undertow</groupId><artifactId>undertow-core</artifactId><version>$1</version></dependency></dependencies>
</project>
POM
  (cd "$work/$1" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib) \
    > "$work/log" 2>&1 || { tail -n 5 "$work/log"; exit 2; }
}
cat > "$work/Ask.java" <<'JAVA'
import io.undertow.*;
import io.undertow.util.Headers;
import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

class Ask {
    static String ask(int port, String target) throws IOException {
        try (Socket s = new Socket("127.0.0.1", port)) {
            s.getOutputStream().write(("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").getBytes());
            String answer = new String(s.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            boolean handled = answer.endsWith("handled");
            return answer.substring(9, 12) + (handled ? " by the handler" : " before the handler");
        }
    }

    static void serve(String name, boolean unescaped) throws IOException {
        Undertow server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setServerOption(UndertowOptions.DECODE_URL, false)
                .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, unescaped)
                .setHandler(x -> {
                    x.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
                    x.getResponseSender().send("handled");
                })
                .build();
        server.start();
        int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        System.out.println(name + " escape: " + ask(port, "/%zz"));
        System.out.println(name + " letter: " + ask(port, "/a|b"));
        server.stop();
    }

    public static void main(String[] a) throws Exception {
        serve(a[0], false);
        serve(a[0] + " allowing", true);
        System.exit(0);
    }
}
JAVA
for version in 2.3.23.Final 2.3.27.Final; do
  fetch "$version"
  "$java" --class-path "$work/$version/lib/*" "$work/Ask.java" "$version" 2> "$work/err" >> "$work/out" || { tail -n 5 "$work/err"; exit 2; }
done
cat "$work/out"
is() { grep -qx "$1: $2" "$work/out"; }
is '2.3.23.Final escape' '200 by the handler' && is '2.3.27.Final escape' '400 before the handler' \
  && is '2.3.23.Final letter' '400 before the handler' && is '2.3.27.Final allowing letter' '200 by the handler' \
  && is '2.3.27.Final allowing escape' '400 before the handler'
