package io.narthex.console;

import io.narthex.access.TenantTokens;
import io.narthex.access.TokenLogin;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.console.format.PageText;
import io.narthex.denial.DenialAdministration;
import io.narthex.denial.DenialResponse;
import io.narthex.http.Right;
import io.narthex.promotion.CallerPromotions;
import io.narthex.promotion.PromotionResponse;
import io.narthex.retention.Pin;
import io.narthex.retention.Pins;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** The tables on the page of a cache: tokens of its tenant, its pins, what was promoted into it, and what it may not give out. */
@Named("tables")
@RequestScoped
public class CacheTables {
    /** Of each list, on the page; the API gives all. */
    static final int MOST = 200;

    /** The newest. */
    private static final int PROMOTIONS = 20;

    /** A promotion that can be taken back. */
    private static final String VISIBLE = "visible";

    @Inject
    private ConsoleRequest request;

    @Inject
    private TokenLogin login;

    @Inject
    private CacheDirectory caches;

    @Inject
    private TenantTokens tokens;

    @Inject
    private Pins pins;

    @Inject
    private DenialAdministration denials;

    @Inject
    private CallerPromotions promotions;

    private List<TokenRow> tokenRows = List.of();
    private List<PinRow> pinRows = List.of();
    private List<DenialRow> denialRows = List.of();
    private List<PromotionRow> promotionRows = List.of();

    /** A token of the tenant. */
    public record TokenRow(
            String id, String note, String scopes, String caches, String expires, String used, String state) {}

    /** A pin. */
    public record PinRow(String name, String path, int revision, String setAt, String expires, String note) {}

    /**
     * What was promoted into it.
     *
     * @param done of what waits, in percent
     */
    public record PromotionRow(
            long id,
            String path,
            String from,
            String at,
            String state,
            boolean waiting,
            long done,
            boolean undoable,
            String note) {}

    /** A rule. */
    public record DenialRow(String name, String what, boolean dependents, String reason, String until, long paths) {}

    @PostConstruct
    void load() {
        PageAddress address = request.address();
        Cache cache = caches.require(address.tenant(), address.cache());
        denialRows =
                denials.list(cache, null, MOST).stream().map(CacheTables::row).toList();
        if (login.may(Right.PULL, address.tenant(), address.cache())) {
            promotionRows = promotions.newest(cache, PROMOTIONS).stream()
                    .map(CacheTables::row)
                    .toList();
            pinRows = pins.list(cache, "", MOST).stream()
                    .map(pin -> row(cache, pin))
                    .toList();
        }
        if (isTokensSeen()) {
            tokenRows = tokens.list(cache.tenant(), MOST).stream()
                    .map(CacheTables::row)
                    .toList();
        }
    }

    /** Whether the caller may see the tenant's tokens. */
    public boolean isTokensSeen() {
        return login.may(Right.ADMINISTER_TENANT, request.address().tenant(), "");
    }

    public List<TokenRow> getTokens() {
        return tokenRows;
    }

    public List<PinRow> getPins() {
        return pinRows;
    }

    public List<PromotionRow> getPromotions() {
        return promotionRows;
    }

    /** Whether a job promotes something into it now. */
    public boolean isPromoting() {
        return promotionRows.stream().anyMatch(PromotionRow::waiting);
    }

    private static PromotionRow row(PromotionResponse one) {
        String more = one.paths().size() > 1 ? " and " + (one.paths().size() - 1) + " more" : "";
        return new PromotionRow(
                one.id(),
                one.paths().getFirst() + more,
                one.from(),
                PageText.moment(one.createdAt()),
                one.failure() == null ? one.state() : one.state() + ": " + one.failure(),
                one.isWaiting(),
                one.progress().done() * 100 / Math.max(1, one.progress().total()),
                one.state().equals(VISIBLE),
                one.note());
    }

    public List<DenialRow> getDenials() {
        return denialRows;
    }

    private static TokenRow row(Token token) {
        String state = token.revokedAt() != null ? "revoked" : token.isExpired(Instant.now()) ? "expired" : "valid";
        return new TokenRow(
                token.publicId(),
                token.note(),
                token.grant().scopes().stream().sorted().map(Scope::text).collect(Collectors.joining(", ")),
                token.caches().isEmpty() ? "all" : String.join(", ", token.caches()),
                PageText.moment(token.expiresAt()),
                PageText.moment(token.lastUsedAt()),
                state);
    }

    private static PinRow row(Cache cache, Pin pin) {
        return new PinRow(
                pin.name().text(),
                pin.newest().path().toString(cache.storeDir()),
                pin.newest().number(),
                PageText.moment(pin.newest().setAt()),
                PageText.moment(pin.settings().expiresAt()),
                pin.settings().note());
    }

    private static DenialRow row(DenialResponse rule) {
        String what = rule.pattern() != null
                ? "name " + rule.pattern()
                : rule.hash() != null ? "hash " + rule.hash() : "contents " + rule.narHash();
        return new DenialRow(
                rule.name(), what, rule.dependents(), rule.reason(), PageText.moment(rule.until()), rule.paths());
    }
}
