#!/usr/bin/env bash
# WildFly 39.0.1.Final by wildfly-maven-plugin 6.0.1.Final: ejb-local-cache is an optional layer of ejb-lite, and leaving it out
# (<excluded-layers>) is how one chooses ejb-dist-cache in its place. With neither, though nothing in the application needs a cache
# for stateful beans, provisioning fails: adding the extension org.jboss.as.ejb3 ends in an ExceptionInInitializerError. What is to
# run without Infinispan has to be provisioned with it and stripped of its subsystem afterwards, by a CLI script.
#
# Exit 0: still so. 1: it has changed. 2: it could not be tried. Needs a JDK of 17 or newer and Maven; two minutes.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
pom() { # what is excluded
  cat > "$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>beans</artifactId><version>1</version><packaging>pom</packaging>
  <build><plugins><plugin>
    <groupId>org.wildfly.plugins</groupId><artifactId>wildfly-maven-plugin</artifactId><version>6.0.1.Final</version>
    <configuration>
      <feature-packs><feature-pack><location>org.wildfly:wildfly-galleon-pack:39.0.1.Final</location></feature-pack></feature-packs>
      <layers><layer>ejb-lite</layer></layers>$1
      <galleon-options><jboss-fork-embedded>true</jboss-fork-embedded></galleon-options>
    </configuration>
  </plugin></plugins></build>
</project>
POM
  rm -rf "$work/target"
  (cd "$work" && mvn -B wildfly:provision) > "$work/log" 2>&1
}
pom "" || { tail -n 20 "$work/log"; exit 2; }
echo "ejb-lite: provisioned"
if pom "<excluded-layers><layer>ejb-local-cache</layer></excluded-layers>"; then
  echo "ejb-lite without ejb-local-cache: provisioned"; exit 1
fi
grep -o 'WFLYCTL0158[^"]*ExceptionInInitializerError' "$work/log" | head -n 1 || { tail -n 20 "$work/log"; exit 1; }
