package io.narthex.console;

import io.narthex.console.form.FormJson;
import io.narthex.http.Preconditions;
import io.narthex.http.Right;
import io.narthex.trust.TrustAdministration;
import io.narthex.trust.TrustRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What the page of a tenant's trusts lets its reader do. */
final class TrustActions {
    static final String MAKE = "make-trust";

    /** Those that a trust can give. */
    private static final List<String> SCOPES = List.of("pull", "push", "pin");

    private TrustActions() {}

    /** Common to both. */
    abstract static class OfTrusts implements PageAction {
        @Inject
        TrustAdministration trusts;

        @Override
        public ConsolePage page() {
            return ConsolePage.TRUSTS;
        }

        @Override
        public Right right() {
            return Right.ADMINISTER_TENANT;
        }

        @Override
        public boolean needsFreshLogIn() {
            return false;
        }
    }

    /** Makes one. */
    @ApplicationScoped
    public static class MakeTrust extends OfTrusts {
        @Override
        public String name() {
            return MAKE;
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            FormJson body = new FormJson(form::posted)
                    .text("issuer")
                    .text("audience")
                    .pairs("claims")
                    .pairs("allow")
                    .boxes("scopes", SCOPES)
                    .lines("caches")
                    .number("ttlSeconds");
            try {
                trusts.make(
                        CacheAddress.tenant(address),
                        form.posted("trust").strip(),
                        TrustRequest.read(new ByteArrayInputStream(body.bytes())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Result.Done();
        }
    }

    /** Deletes one, and revokes its tokens. */
    @ApplicationScoped
    public static class DeleteTrust extends OfTrusts {
        @Override
        public String name() {
            return "delete-trust";
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            trusts.delete(CacheAddress.tenant(address), form.posted("id"), Preconditions.NONE);
            return new Result.Done();
        }
    }
}
