package io.narthex.configuration;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Gives the settings of this JVM to code that runs before CDI starts: the migrations and the servlet extension. */
public final class CurrentSettings {
    private static final System.Logger LOG = System.getLogger(CurrentSettings.class.getName());

    private static @Nullable Settings settings;

    private CurrentSettings() {}

    /**
     * The settings, read at the first call.
     *
     * @throws SettingsException if one cannot be used
     */
    public static synchronized Settings get() {
        Settings known = settings;
        if (known == null) {
            known = read();
            settings = known;
        }
        return known;
    }

    private static Settings read() {
        Settings settings = Settings.read(System.getenv(), System.getProperties());
        if (!settings.withoutMeaning().isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "settings without a meaning in this version: {0}",
                    String.join(" ", settings.withoutMeaning()));
        }
        return settings;
    }
}
