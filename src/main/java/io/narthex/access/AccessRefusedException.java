package io.narthex.access;

import io.narthex.access.token.Target;
import io.narthex.http.Right;

/** Says that a request is refused, at its beginning or when its body has come. */
public final class AccessRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Decision decision;
    private final Right right;
    private final transient Caller caller;
    private final transient Target target;

    AccessRefusedException(Decision decision, Right right, Caller caller, Target target) {
        super("access is refused: " + decision);
        this.decision = decision;
        this.right = right;
        this.caller = caller;
        this.target = target;
    }

    Decision decision() {
        return decision;
    }

    Right right() {
        return right;
    }

    Caller caller() {
        return caller;
    }

    Target target() {
        return target;
    }
}
