/**
 * Narthex, a Nix binary cache for organisations: one WAR on WildFly that serves this machine's Nix store and keeps its
 * index, keys and record in PostgreSQL.
 *
 * <p>A package is a feature. Dependencies point one way: {@code protocol} stands on {@code index}, {@code key} and
 * {@code localstore}; these stand on {@code job}, {@code http} and {@code configuration}; lowest lie {@code thread} and {@code share}; and the
 * formats in {@code nix..} stand on nothing but {@code java..}. {@code ArchitectureTest} holds it.
 */
@NullMarked
package io.narthex;

import org.jspecify.annotations.NullMarked;
