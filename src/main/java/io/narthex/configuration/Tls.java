package io.narthex.configuration;

import java.nio.file.Path;

/**
 * The settings that name the operator's certificate and its key.
 *
 * @param keystore absolute path of a PKCS #12 or JKS file
 * @param password of the keystore and of the key in it
 */
public record Tls(Path keystore, Secret password) {}
