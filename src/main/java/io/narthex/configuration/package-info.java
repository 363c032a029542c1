/**
 * Settings, and the database schema at start.
 *
 * <p>Entry points: {@link io.narthex.configuration.Settings}, typed and immutable, is read once from the environment and
 * the system properties and injected where it is needed. {@link io.narthex.configuration.StartRefused} is how any feature
 * says that the server must not start, in one line for the person who started it.
 *
 * <p>R1: a setting is read here and nowhere else. R2: every name is a constant of {@code SettingName}; a name that is not
 * there stops the start, so that a typing error is never a silent default. R3: a bad value is refused with its name, the
 * value and what is allowed; a secret is never shown. R4: the owner's login migrates, the application's login owns
 * nothing.
 *
 * <p>Out of scope: settings of a single cache or tenant, which are rows in the database.
 */
@NullMarked
package io.narthex.configuration;

import org.jspecify.annotations.NullMarked;
