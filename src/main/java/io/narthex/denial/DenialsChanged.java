package io.narthex.denial;

/** This node has read the rules anew: some may deny what is being sent. */
public record DenialsChanged() {}
