package io.narthex.trust;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says that an identity token is not exchanged. */
final class ExchangeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** All that is told until signature, audience and required claims match. */
    static final String SENTENCE = "This identity token is not accepted here";

    private final ExchangeRefusal refusal;
    private final transient Map<String, Object> facts;
    private final @Nullable Integer tenantId;

    /** @param reason for the record, and for the caller where that is not hidden */
    ExchangeRefusedException(ExchangeRefusal refusal, String reason) {
        this(refusal, reason, Map.of(), null);
    }

    private ExchangeRefusedException(
            ExchangeRefusal refusal, String reason, Map<String, Object> facts, @Nullable Integer tenantId) {
        super(reason, null, false, false); // it says all, and a flood of it costs no traces
        this.refusal = refusal;
        this.facts = facts;
        this.tenantId = tenantId;
    }

    /** The same with one thing more for the record; null adds nothing. */
    ExchangeRefusedException with(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, Object> more = new LinkedHashMap<>(facts);
        more.put(name, value);
        return new ExchangeRefusedException(refusal, reason(), more, tenantId);
    }

    /** The same for the record of a tenant. */
    ExchangeRefusedException of(Trust trust) {
        return new ExchangeRefusedException(refusal, reason(), facts, trust.tenantId()).with("trust", trust.name());
    }

    ExchangeRefusal refusal() {
        return refusal;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    Map<String, Object> facts() {
        return facts;
    }

    @Nullable
    Integer tenantId() {
        return tenantId;
    }

    /** What the caller hears. */
    String told() {
        return refusal.isHidden() ? SENTENCE : reason();
    }
}
