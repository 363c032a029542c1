package io.narthex.console;

import io.narthex.console.form.FormValues;
import io.narthex.trust.TrustAdministration;
import io.narthex.trust.TrustResponse;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which identity tokens of builds a tenant takes for its own. */
@Named("trusts")
@RequestScoped
public class TrustsPage {
    /** As many as a tenant can have. */
    private static final int MOST = 500;

    @Inject
    private ConsoleRequest request;

    @Inject
    private TrustAdministration trusts;

    private List<Row> rows = List.of();

    /** A trust; what must hold of a claim is a line each. */
    public record Row(
            String name,
            String issuer,
            String audience,
            List<String> claims,
            List<String> allow,
            String scopes,
            String caches,
            int seconds) {}

    @PostConstruct
    void load() {
        rows = trusts.list(CacheAddress.tenant(request.address()), null, MOST).stream()
                .map(TrustsPage::row)
                .toList();
    }

    private static Row row(TrustResponse trust) {
        return new Row(
                trust.name(),
                trust.issuer(),
                trust.audience(),
                lines(trust.claims(), "nothing"),
                lines(trust.allow(), "anything"),
                String.join(", ", trust.scopes()),
                trust.caches().isEmpty() ? "all" : String.join(", ", trust.caches()),
                trust.ttlSeconds());
    }

    private static List<String> lines(Map<String, List<String>> claims, String none) {
        return claims.entrySet().stream()
                .flatMap(claim -> claim.getValue().isEmpty()
                        ? Stream.of(claim.getKey() + ": " + none)
                        : Stream.of(claim.getKey() + " = " + String.join(" or ", claim.getValue())))
                .toList();
    }

    public List<Row> getRows() {
        return rows;
    }

    public String getTenant() {
        return request.address().tenant();
    }

    /** The fields of the form that makes one. */
    public FormValues getFields() {
        return request.values(TrustActions.MAKE, Map.of("scopes-pull", "on", "ttlSeconds", "3600"));
    }
}
