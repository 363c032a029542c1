package io.narthex.receive;

import io.narthex.nix.nar.NarListing;

/** A NAR that was read to its end and found well-formed, and what is in it. */
public record ReceivedNar(NarFacts facts, NarListing listing) {}
