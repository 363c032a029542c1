#!/usr/bin/env bash
# SQLite 3.50.3 (sqlite-jdbc 3.50.3.0): PRAGMA data_version is documented to change only when another connection committed. On a
# connection with mode=ro and readonly_shm=1, to a database in WAL mode whose log is there but empty, and which nobody who may
# write has open, it counts up with every question, though no byte of any file changes. Whoever asks it whether a cache still
# holds never finds it holding. A plain mode=ro connection that is closed leaves files in just that state.
#
# Seen: three questions give three numbers over readonly_shm=1, one number over mode=ro alone.
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 17 or newer and Maven.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=org.xerial:sqlite-jdbc:3.50.3.0 \
  -DoutputDirectory="$work/lib" > "$work/log" 2>&1 || { tail -n 5 "$work/log"; exit 2; }
cat > "$work/Ask.java" <<'JAVA'
import java.nio.file.*;
import java.sql.*;
import java.util.*;

class Ask {
    static String url(Path db, String parameters) {
        return "jdbc:sqlite:file:" + db + parameters;
    }

    static List<Integer> ask(Path db, String parameters) throws SQLException {
        List<Integer> versions = new ArrayList<>();
        try (Connection c = DriverManager.getConnection(url(db, parameters)); Statement s = c.createStatement()) {
            for (int i = 0; i < 3; i++) {
                s.executeQuery("select count(*) from t").close();
                try (ResultSet r = s.executeQuery("pragma data_version")) {
                    versions.add(r.getInt(1));
                }
            }
        }
        return versions;
    }

    public static void main(String[] a) throws Exception {
        Path db = Path.of(a[0], "db.sqlite");
        try (Connection c = DriverManager.getConnection(url(db, "")); Statement s = c.createStatement()) {
            System.out.println("SQLite " + c.getMetaData().getDatabaseProductVersion());
            s.execute("pragma journal_mode=wal");
            s.execute("create table t(x)");
        }
        ask(db, "?mode=ro");
        Path log = Path.of(db + "-wal");
        System.out.println("log after a reader: " + (Files.exists(log) ? Files.size(log) + " bytes" : "none"));
        System.out.println("readonly_shm " + new TreeSet<>(ask(db, "?mode=ro&readonly_shm=1")).size());
        System.out.println("plain " + new TreeSet<>(ask(db, "?mode=ro")).size());
    }
}
JAVA
"$java" --class-path "$(echo "$work"/lib/*.jar)" "$work/Ask.java" "$work" > "$work/out" 2> "$work/err" || { cat "$work/err"; exit 2; }
cat "$work/out"
grep -qx 'readonly_shm 3' "$work/out" && grep -qx 'plain 1' "$work/out"
