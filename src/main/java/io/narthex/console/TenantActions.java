package io.narthex.console;

import io.narthex.auditor.LegalHolds;
import io.narthex.auditor.NamedHoldRequest;
import io.narthex.auditor.NamedHolds;
import io.narthex.cache.CacheDirectory;
import io.narthex.console.form.FormJson;
import io.narthex.hold.HeldException;
import io.narthex.http.Preconditions;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.TenantAdministration;
import io.narthex.tenant.TenantException;
import io.narthex.tenant.TenantRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the page of a tenant lets the server's administrator do with it. */
final class TenantActions {
    static final String SET_QUOTA = "set-tenant-quota";
    static final String SET_NAMED_HOLD = "set-named-hold";

    private TenantActions() {}

    /** Of all of them. */
    abstract static class OfTenant implements PageAction {
        @Override
        public ConsolePage page() {
            return ConsolePage.TENANT;
        }

        @Override
        public Right right() {
            return Right.ADMINISTER_SERVER;
        }

        @Override
        public boolean needsFreshLogIn() {
            return true;
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            try {
                return act(address, form);
            } catch (TenantException.DefaultTenant e) {
                throw new RefusedActionException("The tenant default cannot be deleted");
            } catch (TenantException e) {
                throw new ProblemException(ProblemType.NOT_FOUND, "There is no such tenant");
            } catch (HeldException e) {
                throw new RefusedActionException(e.sentence());
            }
        }

        abstract Result act(PageAddress address, ConsoleRequest form);
    }

    /** Puts all of it under a legal hold. */
    @ApplicationScoped
    public static class HoldTenant extends OfTenant {
        /** As the API has it. */
        private static final int LONGEST_REASON = 1_000;

        @Inject
        LegalHolds holds;

        @Override
        public String name() {
            return "hold-tenant";
        }

        /** What keeps more is not hard to undo. */
        @Override
        public boolean needsFreshLogIn() {
            return false;
        }

        @Override
        Result act(PageAddress address, ConsoleRequest form) {
            String reason = form.posted("reason").strip();
            if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST, "The reason must say in at most 1,000 letters why it is held");
            }
            holds.set(CacheAddress.tenant(address), reason);
            return new Result.Done();
        }
    }

    /** Puts a cache, a pin or a closure of it under a hold with a name. */
    @ApplicationScoped
    public static class SetNamedHold extends OfTenant {
        @Inject
        NamedHolds holds;

        @Override
        public String name() {
            return SET_NAMED_HOLD;
        }

        /** What keeps more is not hard to undo. */
        @Override
        public boolean needsFreshLogIn() {
            return false;
        }

        @Override
        Result act(PageAddress address, ConsoleRequest form) {
            byte[] body = new FormJson(form::posted)
                    .text("cache")
                    .text("pin")
                    .text("path")
                    .text("reason")
                    .bytes();
            boolean made;
            try {
                made = holds.put(
                        CacheAddress.tenant(address),
                        NamedHoldRequest.read(form.posted("hold").strip(), new ByteArrayInputStream(body)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (!made) {
                throw new RefusedActionException("There is a hold of that name: take another name");
            }
            return new Result.Done();
        }
    }

    /** Changes how much it may hold. */
    @ApplicationScoped
    public static class SetQuota extends OfTenant {
        @Inject
        TenantAdministration tenants;

        @Override
        public String name() {
            return SET_QUOTA;
        }

        @Override
        public boolean needsFreshLogIn() {
            return false;
        }

        @Override
        Result act(PageAddress address, ConsoleRequest form) {
            try {
                tenants.change(
                        CacheAddress.tenant(address),
                        TenantRequest.read(new ByteArrayInputStream(
                                QuotaFields.ofTenant(form).bytes())),
                        SettingsActions.unchanged(form));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Result.Done();
        }
    }

    /** Releases the hold of all of it. */
    @ApplicationScoped
    public static class ReleaseHold extends OfTenant {
        @Inject
        LegalHolds holds;

        @Override
        public String name() {
            return "release-hold";
        }

        @Override
        Result act(PageAddress address, ConsoleRequest form) {
            return released(holds.release(CacheAddress.tenant(address)));
        }
    }

    /** Releases a hold that has a name. */
    @ApplicationScoped
    public static class ReleaseNamedHold extends OfTenant {
        @Inject
        NamedHolds holds;

        @Override
        public String name() {
            return "release-named-hold";
        }

        @Override
        Result act(PageAddress address, ConsoleRequest form) {
            return released(holds.release(CacheAddress.tenant(address), form.posted("id")));
        }
    }

    private static PageAction.Result released(boolean wasThere) {
        if (!wasThere) {
            throw new ProblemException(ProblemType.NOT_FOUND, "There is no such hold");
        }
        return new PageAction.Result.Done();
    }

    /** Deletes it, with all its caches. */
    @ApplicationScoped
    public static class DeleteTenant extends OfTenant {
        @Inject
        TenantAdministration tenants;

        @Inject
        CacheDirectory caches;

        @Override
        public String name() {
            return "delete-tenant";
        }

        @Override
        Result act(PageAddress address, ConsoleRequest form) {
            if (!form.posted("name").equals(address.tenant())) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST, "Type " + address.tenant() + " to delete the tenant");
            }
            tenants.delete(CacheAddress.tenant(address), new Preconditions(null, null));
            caches.reload();
            return new Result.Next(PageAddress.ROOT);
        }
    }
}
