package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.http.ApiClient;
import java.io.File;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** A resource method that does not say who may call it is never served. */
@ExtendWith(ArquillianExtension.class)
@Timeout(
        value = 10,
        unit = TimeUnit.MINUTES,
        threadMode = ThreadMode.SAME_THREAD) // Arquillian keeps its state by thread
class UndeclaredResourceIT {
    private static final String NAME = "undeclared";

    @ArquillianResource
    Deployer deployer;

    @Deployment(name = NAME, managed = false, testable = false)
    static WebArchive war() {
        WebArchive war = ShrinkWrap.create(ZipImporter.class, NAME + ".war")
                .importFrom(new File(System.getProperty("war")))
                .as(WebArchive.class);
        war.delete("/WEB-INF/jboss-web.xml");
        return war.addClass(UndeclaredResource.class);
    }

    @Test
    void stopsTheDeployment() throws Exception {
        assertThatThrownBy(() -> deployer.deploy(NAME))
                .hasMessageContaining("UndeclaredResource.get")
                .hasMessageContaining("@Requires or @Public");
        assertThat(new ApiClient("/" + NAME).get("/undeclared").body()).doesNotContain("oversight");
    }
}
