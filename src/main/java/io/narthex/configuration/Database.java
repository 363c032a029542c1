package io.narthex.configuration;

import java.util.Optional;

/**
 * The settings that say which PostgreSQL to use, and by which logins.
 *
 * @param url JDBC URL without user and password; none is the launcher's own PostgreSQL
 * @param user the application's role, which owns nothing
 * @param password of the application's role
 * @param ownerUser the role that owns and migrates the schema; none is the application's own
 * @param ownerPassword of the owner's role
 */
public record Database(
        Optional<String> url, String user, Secret password, Optional<String> ownerUser, Secret ownerPassword) {}
