package io.narthex.http;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Declares the JAX-RS application: all resources and providers of the WAR, found by scanning. */
@ApplicationPath("/")
public class NarthexApplication extends Application {}
