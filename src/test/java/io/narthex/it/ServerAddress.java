package io.narthex.it;

import io.narthex.configuration.Database;
import io.narthex.configuration.Listeners;
import io.narthex.configuration.Settings;
import io.narthex.serve.EmbeddedDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * How tests reach a server and what belongs to it.
 *
 * @param listeners its ports, on the loopback
 * @param home its NARTHEX_HOME
 * @param nixRoot its NARTHEX_NIX_STORE
 * @param database how it logs in to its database, and the owner that migrates
 * @param superuserUri how the superuser logs in there, as libpq reads it
 */
record ServerAddress(Listeners listeners, Path home, Path nixRoot, Database database, String superuserUri) {

    /** Of the server that was started with the settings of an environment, on a database of its own. */
    static ServerAddress ofStanding(Map<String, String> environment) throws IOException {
        Settings settings = Settings.read(environment, new Properties());
        Path home = settings.home();
        return new ServerAddress(
                settings.listeners(),
                home,
                settings.nixStoreRoot(),
                EmbeddedDb.accessOf(home),
                Files.readString(home.resolve("superuser.uri")).strip());
    }

    /** For the tests of this JVM, and for arquillian.xml. */
    void toSystemProperties() {
        System.setProperty("it.url", "http://127.0.0.1:" + listeners.port());
        System.setProperty("it.https.url", "https://localhost:" + listeners.httpsPort());
        System.setProperty("it.management.url", "http://127.0.0.1:" + listeners.managementPort());
        System.setProperty("it.management.port", Integer.toString(listeners.managementPort()));
        System.setProperty("it.home", home.toString());
        System.setProperty("it.nix.root", nixRoot.toString());
        System.setProperty("it.db.url", database.url().orElseThrow());
        System.setProperty("it.db.user", database.user());
        System.setProperty("it.db.password", database.password().reveal());
        System.setProperty("it.db.owner.user", database.ownerUser().orElseThrow());
        System.setProperty("it.db.owner.password", database.ownerPassword().reveal());
        System.setProperty("it.db.superuser.uri", superuserUri);
    }
}
