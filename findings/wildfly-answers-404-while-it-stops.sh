#!/usr/bin/env bash
# WildFly 39.0.1.Final, told to stop (SIGTERM), closes its listeners at once but not the connections that are open. While services
# stop, the application goes before the connections do, and whoever asks on such a connection is answered "404 - Not Found" for an
# application at / that answers everything, with no sign that the server is going (Connection: keep-alive). A proxy or client with
# kept connections passes that on as an answer, and a cache's client remembers it. One would expect 503, which is said for a moment
# before, or the end of the connection.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 17 or newer, Maven, zip, python3; fetches 250 MB.
set -eu
work=$(mktemp -d); server=
trap '[ -z "$server" ] || { kill "$server" 2> /dev/null && wait "$server"; } || true; rm -rf "$work"' EXIT
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
cd "$work"
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
  -Dartifact=org.wildfly:wildfly-dist:39.0.1.Final:zip -DoutputDirectory=wildfly > log 2>&1 || { tail -n 5 log; exit 2; }
wildfly=$(echo "$work"/wildfly/wildfly-*)
cat > All.java <<'JAVA'
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.*;
import java.io.IOException;

@WebServlet("/*")
public class All extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print("here");
    }
}
JAVA
mkdir -p war/WEB-INF/classes
"${bin}javac" -cp "$(find "$wildfly/modules" -name 'jakarta.servlet-api-*.jar')" -d war/WEB-INF/classes All.java
(cd war && zip -q -r "$wildfly/standalone/deployments/ROOT.war" .)
cat > ask.py <<'PY'
import collections, http.client, os, signal, sys, threading, time

seen = collections.Counter()

def ask():
    connection = http.client.HTTPConnection("127.0.0.1", 29180, timeout=10)
    try:
        while True:
            connection.request("GET", "/anything")
            answer = connection.getresponse()
            answer.read()
            seen[answer.status, answer.getheader("Connection")] += 1
    except (http.client.HTTPException, OSError):
        pass

clients = [threading.Thread(target=ask) for _ in range(4)]
for client in clients:
    client.start()
time.sleep(1)
os.kill(int(sys.argv[1]), signal.SIGTERM)
for client in clients:
    client.join()
for (status, connection), count in sorted(seen.items()):
    print(status, f"Connection: {connection}", "many" if count > 10 else count)
PY
JBOSS_HOME=$wildfly LAUNCH_JBOSS_IN_BACKGROUND=1 "$wildfly/bin/standalone.sh" -b 127.0.0.1 -Djboss.socket.binding.port-offset=21100 \
  > server.log 2>&1 & server=$!
for _ in $(seq 120); do
  [ "$(curl -s http://127.0.0.1:29180/anything)" = here ] && break
  sleep 1
done
python3 ask.py "$(pgrep -P "$server" java)" | tee out
wait "$server" || true; server=
grep -q '^200 ' out || exit 2
grep -q '^404 Connection: keep-alive' out
