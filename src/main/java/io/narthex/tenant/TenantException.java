package io.narthex.tenant;

/** Says what is wrong with a request about tenants. */
public abstract sealed class TenantException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TenantException(String message) {
        super(message);
    }

    /** There is none of that name. */
    public static final class UnknownTenant extends TenantException {
        private static final long serialVersionUID = 1;

        public UnknownTenant() {
            super("unknown tenant");
        }
    }

    /** A new tenant may not have the name. */
    public static final class NameReserved extends TenantException {
        private static final long serialVersionUID = 1;

        private final String name;

        NameReserved(TenantName name) {
            super("reserved name: " + name);
            this.name = name.text();
        }

        String name() {
            return name;
        }
    }

    /** It is the tenant {@code default}. */
    public static final class DefaultTenant extends TenantException {
        private static final long serialVersionUID = 1;

        public DefaultTenant() {
            super("the default tenant stays");
        }
    }
}
