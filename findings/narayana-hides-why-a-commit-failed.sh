#!/usr/bin/env bash
# Narayana 7.3.3.Final: a commit of one resource that fails since its database is gone ends in a RollbackException without a cause. What
# happened, with the SQLException and its state, is only among the suppressed exceptions; the message names no reason. So code that walks
# getCause() to tell a lost connection (SQLState 08, 57P01) from a defect, as is usual and as works for each statement before the commit,
# takes the commit of the same connection for a defect: a read at the moment when PostgreSQL stops became an answer of 500 in place of 503.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 17 or newer and Maven; fetches some MB.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
cd "$work"
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>commit</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.jboss.narayana.jta</groupId><artifactId>narayana-jta</artifactId><version>7.3.3.Final</version></dependency>
    <dependency><groupId>jakarta.transaction</groupId><artifactId>jakarta.transaction-api</artifactId><version>2.0.1</version></dependency>
    <dependency><groupId>jakarta.resource</groupId><artifactId>jakarta.resource-api</artifactId><version>2.1.0</version></dependency>
    <dependency><groupId>org.jboss.logging</groupId><artifactId>jboss-logging</artifactId><version>3.6.1.Final</version></dependency>
    <dependency><groupId>org.jboss</groupId><artifactId>jboss-transaction-spi</artifactId><version>8.0.0.Final</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=lib > log 2>&1 \
  || { tail -n 5 log; exit 2; }
cat > Commit.java <<'JAVA'
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

public class Commit {
    /** As a pool has it for one connection without XA: all that it is asked for works but the commit. */
    record Lost() implements XAResource {
        public void commit(Xid xid, boolean onePhase) throws XAException {
            XAException failure = new XAException(XAException.XA_RBROLLBACK);
            failure.initCause(new SQLException("terminating connection due to administrator command", "57P01"));
            throw failure;
        }
        public void start(Xid xid, int flags) {}
        public void end(Xid xid, int flags) {}
        public int prepare(Xid xid) { return XA_OK; }
        public void rollback(Xid xid) {}
        public void forget(Xid xid) {}
        public Xid[] recover(int flag) { return new Xid[0]; }
        public boolean isSameRM(XAResource other) { return other == this; }
        public int getTransactionTimeout() { return 0; }
        public boolean setTransactionTimeout(int seconds) { return false; }
    }

    public static void main(String[] a) throws Exception {
        var manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
        manager.begin();
        manager.getTransaction().enlistResource(new Lost());
        try {
            manager.commit();
            System.out.println("committed");
        } catch (jakarta.transaction.RollbackException e) {
            System.out.println("cause: " + e.getCause());
            for (Throwable told : e.getSuppressed()) {
                System.out.println("suppressed: " + told.getClass().getName() + ", its cause: "
                        + (told.getCause() instanceof SQLException sql ? sql.getSQLState() : "" + told.getCause()));
            }
        }
        System.exit(0);
    }
}
JAVA
"${bin}javac" -cp 'lib/*' -d classes Commit.java 2> log || { tail -n 5 log; exit 2; }
"${bin}java" -cp 'classes:lib/*' Commit 2> log > seen || { tail -n 5 log; exit 2; }
cat seen
grep -qx 'cause: null' seen && grep -qx 'suppressed: javax.transaction.xa.XAException, its cause: 57P01' seen || exit 1
echo 'still so: a commit that failed tells why only in what is suppressed'
