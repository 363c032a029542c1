package io.narthex.access;

import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;

/** Makes the administrator's token at the first start, and stops a start that finds no usable one. */
@Singleton
@Startup
public class AccessStart {
    private static final System.Logger LOG = System.getLogger(AccessStart.class.getName());

    @Inject
    Settings settings;

    @PostConstruct
    void start() {
        AdminTokenFile file = new AdminTokenFile(settings.adminTokenFile());
        String named = "the administrator's token file " + settings.adminTokenFile();
        try {
            if (file.createIfMissing(new SecureRandom())) {
                LOG.log(Level.INFO, "event=admin-token-made file={0}", settings.adminTokenFile());
            }
            if (file.read().isEmpty()) {
                throw StartRefused.because(settings, named + " is empty: write a token into it, or remove it");
            }
            if (file.isOpenToOthers()) {
                LOG.log(
                        Level.WARNING,
                        "event=admin-token-open file={0}: others than its owner can read or change it, chmod 600",
                        settings.adminTokenFile());
            }
        } catch (IOException e) {
            throw StartRefused.because(
                    settings,
                    named + " cannot be made or read (" + e.getClass().getSimpleName()
                            + "): it must be a file of one line that this user may read");
        }
    }
}
