package io.narthex.configuration;

import static io.narthex.configuration.SettingName.NARTHEX_JAVA_OPTS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;

/** Reads the text of one setting as a number, a path and so on. Every refusal of a value is made here. */
final class SettingValues {
    private final Map<String, String> environment;
    private final Properties system;

    SettingValues(Map<String, String> environment, Properties system) {
        this.environment = environment;
        this.system = system;
    }

    /** Refuses any name that begins like one of ours and is none. */
    void refuseUnknown() {
        environment.keySet().stream()
                .filter(name -> name.startsWith("NARTHEX_") && !name.startsWith("NARTHEX_TEST_"))
                .filter(name -> SettingName.find(name).isEmpty())
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw new SettingsException("there is no setting " + name + "; the nearest name is "
                            + SettingName.nearest(name) + ": correct or unset it");
                });
    }

    /** The text of a setting: the system property if there is one, else the environment; empty is unset. */
    Optional<String> text(SettingName name) {
        return Optional.ofNullable(system.getProperty(name.property()))
                .filter(text -> !text.isBlank())
                .or(() -> Optional.ofNullable(environment.get(name.name())).filter(text -> !text.isBlank()))
                .map(text -> name == NARTHEX_JAVA_OPTS ? text : text.strip());
    }

    /** A setting as {@code parse} reads it, which refuses a text by any {@link IllegalArgumentException}. */
    <T> Optional<T> parsed(SettingName name, String allowed, Function<String, T> parse) {
        return text(name).map(text -> {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                throw refused(name, text, allowed);
            }
        });
    }

    Optional<String> matching(SettingName name, String pattern, String allowed) {
        return parsed(name, allowed, text -> {
            if (!text.matches(pattern)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        });
    }

    Optional<Long> number(SettingName name, long least, long most) {
        return parsed(name, "a whole number from " + least + " to " + most, text -> {
            long number = Long.parseLong(text);
            if (number < least || number > most) {
                throw new IllegalArgumentException(text);
            }
            return number;
        });
    }

    boolean flag(SettingName name, boolean otherwise) {
        return matching(name, "true|false", "true or false")
                .map(Boolean::valueOf)
                .orElse(otherwise);
    }

    Optional<Path> path(SettingName name) {
        return parsed(name, "a path", text -> {
            try {
                return Path.of(text).toAbsolutePath().normalize();
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(text, e);
            }
        });
    }

    /** A list separated by commas or spaces. */
    <T> List<T> list(SettingName name, String allowed, Function<String, T> parse) {
        return parsed(name, allowed, text -> {
                    List<T> all = new ArrayList<>();
                    for (String one : text.split("[,\\s]+", -1)) {
                        if (!one.isEmpty()) {
                            all.add(parse.apply(one));
                        }
                    }
                    return List.copyOf(all);
                })
                .orElse(List.of());
    }

    /** A password, given itself or as the one line of a file, not both. */
    Secret secret(SettingName direct, SettingName file) {
        Optional<String> text = text(direct);
        if (text.isPresent() && text(file).isPresent()) {
            throw new SettingsException(direct + " and " + file + " are both set: unset one of them");
        }
        return text.map(Secret::new)
                .or(() -> path(file).map(path -> secretLine(file, path)))
                .orElse(Secret.NONE);
    }

    Secret secretLine(SettingName name, Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new SettingsException(name + "=" + file + " cannot be read ("
                    + e.getClass().getSimpleName() + "): it must be a file of one line that this user may read");
        }
        if (lines.size() != 1 || lines.get(0).isBlank()) {
            throw new SettingsException(name + "=" + file + " must hold exactly one line, it holds " + lines.size());
        }
        return new Secret(lines.get(0).strip());
    }

    static SettingsException refused(SettingName name, String value, String allowed) {
        // one line, whatever the value is
        return new SettingsException(name + "=" + value.replaceAll("\\p{Cntrl}", "?") + " is not " + allowed);
    }
}
