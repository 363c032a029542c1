package io.narthex.job;

import java.io.File;
import java.net.URISyntaxException;
import org.assertj.core.api.Assertions;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The built WAR with classes of a test in it, beside the one that is deployed. */
public final class TestWar {
    /** Its path; the real one is at the root. */
    public static final String CONTEXT = "/it-jobs";

    private TestWar() {}

    public static WebArchive with(Class<?>... classes) {
        WebArchive war = ShrinkWrap.create(ZipImporter.class, CONTEXT.substring(1) + ".war")
                .importFrom(new File(System.getProperty("war")))
                .as(WebArchive.class);
        war.delete("/WEB-INF/jboss-web.xml");
        return war.addClasses(classes).addClass(TestWar.class).addAsLibrary(assertj());
    }

    private static File assertj() {
        try {
            return new File(Assertions.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
