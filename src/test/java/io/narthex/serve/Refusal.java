package io.narthex.serve;

/** A reason not to start that the user can act on, in one line. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    Refusal(String line) {
        super(line);
    }
}
