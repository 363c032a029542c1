package io.narthex.tenant;

import java.util.Optional;

/** The name of a tenant: the first segment of its caches' URLs. */
public record TenantName(String text) {
    public static final TenantName DEFAULT = new TenantName("default");

    public TenantName {
        if (!NameRule.allows(text)) {
            throw new IllegalArgumentException("A tenant's name is " + NameRule.SENTENCE);
        }
        if (ReservedNames.wereNeverGiven(text)) {
            throw new IllegalArgumentException(ReservedNames.sentence(text));
        }
    }

    /** Empty for what is no tenant's name. */
    public static Optional<TenantName> tryParse(String text) {
        return NameRule.allows(text) && !ReservedNames.wereNeverGiven(text)
                ? Optional.of(new TenantName(text))
                : Optional.empty();
    }

    /** Whether no new tenant may have it; one that was made earlier keeps it. */
    public boolean isReserved() {
        return ReservedNames.contain(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
