package io.narthex.configuration;

import java.util.Optional;

/**
 * The settings that say at which addresses and ports the server listens.
 *
 * @param bind IP address or host name for HTTP and HTTPS; none is the loopback of both families
 * @param port TCP port of HTTP
 * @param httpsPort TCP port of HTTPS
 * @param managementBind IP address or host name for health and metrics
 * @param managementPort TCP port of health and metrics
 */
public record Listeners(Optional<String> bind, int port, int httpsPort, String managementBind, int managementPort) {}
