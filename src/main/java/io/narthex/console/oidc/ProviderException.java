package io.narthex.console.oidc;

import java.io.Serial;

/** Says why somebody could not log in at the provider, in a sentence for that person. */
public final class ProviderException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean refusal;

    private ProviderException(String sentence, boolean refusal) {
        super(sentence);
        this.refusal = refusal;
    }

    /** The provider has said no, or something that proves nothing. */
    static ProviderException refused(String sentence) {
        return new ProviderException(sentence, true);
    }

    /** It gives no answer now. */
    static ProviderException away(String sentence) {
        return new ProviderException(sentence, false);
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** Whether asking again would change nothing. */
    public boolean isRefusal() {
        return refusal;
    }
}
