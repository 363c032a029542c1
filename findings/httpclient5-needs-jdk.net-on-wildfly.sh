#!/usr/bin/env bash
# Apache HttpClient 5.6.1 (HttpCore 5.4) in a WAR on WildFly 39.0.1.Final fails at its first request with NoClassDefFoundError:
# jdk/net/Sockets. HttpCore's ReflectionUtils, in spite of its name, calls the JDK's module jdk.net directly to ask which options for
# keep-alive there are, and WildFly gives that module to no deployment by itself, though it is part of each JDK. On the class path,
# where a developer tries the same code, it works. <module name="jdk.net"/> in jboss-deployment-structure.xml mends it.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 17 or newer, Maven, curl, zip; fetches 250 MB.
set -eu
work=$(mktemp -d); server=
trap '[ -z "$server" ] || { kill "$server" 2> /dev/null && wait "$server"; } || true; rm -rf "$work"' EXIT
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
cd "$work"
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>ask</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.httpcomponents.client5</groupId><artifactId>httpclient5</artifactId><version>5.6.1</version></dependency>
  </dependencies>
</project>
POM
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1
{ mvn -q -B $plugin:copy-dependencies -DoutputDirectory=lib \
  && mvn -q -B $plugin:unpack -Dartifact=org.wildfly:wildfly-dist:39.0.1.Final:zip -DoutputDirectory=wildfly; } > log 2>&1 \
  || { tail -n 5 log; exit 2; }
wildfly=$(echo "$work"/wildfly/wildfly-*)
cat > Ask.java <<'JAVA'
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.*;
import java.io.*;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.HttpClients;

@WebServlet("/ask")
public class Ask extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print(ask("http://127.0.0.1:" + request.getLocalPort() + "/"));
    }

    static String ask(String url) {
        try (var client = HttpClients.createDefault()) {
            return "" + client.execute(new HttpGet(url), answer -> answer.getCode());
        } catch (IOException | LinkageError e) {
            return e.toString();
        }
    }

    public static void main(String[] a) {
        System.out.println(ask(a[0]));
    }
}
JAVA
servlet=$(find "$wildfly/modules" -name 'jakarta.servlet-api-*.jar')
mkdir -p classes war/WEB-INF/lib && "${bin}javac" -cp "lib/*:$servlet" -d classes Ask.java
cp -r classes war/WEB-INF/; cp lib/*.jar war/WEB-INF/lib/
(cd war && zip -q -r ../plain.war .)
echo '<jboss-deployment-structure xmlns="urn:jboss:deployment-structure:1.3"><deployment><dependencies><module name="jdk.net"/>
</dependencies></deployment></jboss-deployment-structure>' > war/WEB-INF/jboss-deployment-structure.xml
(cd war && zip -q -r ../given.war .)
cp plain.war given.war "$wildfly/standalone/deployments/"
JBOSS_HOME=$wildfly "$wildfly/bin/standalone.sh" -b 127.0.0.1 -Djboss.socket.binding.port-offset=21000 > server.log 2>&1 & server=$!
for _ in $(seq 120); do
  [ "$(curl -s -o given.txt -w '%{http_code}' http://127.0.0.1:29080/given/ask)" = 200 ] \
    && [ "$(curl -s -o plain.txt -w '%{http_code}' http://127.0.0.1:29080/plain/ask)" = 200 ] && break
  sleep 1
done
[ -s plain.txt ] || { tail -n 5 server.log; exit 2; }
"${bin}java" -cp "classes:lib/*:$servlet" Ask http://127.0.0.1:29080/ > path.txt 2> err || { tail -n 5 err; exit 2; }
kill -- "$(pgrep -P "$server")"; wait "$server" || true; server=
for way in path plain given; do echo "$way: $(cat $way.txt)"; done
grep -qx 200 path.txt && grep -q 'NoClassDefFoundError: jdk/net/Sockets' plain.txt && grep -qx 200 given.txt
