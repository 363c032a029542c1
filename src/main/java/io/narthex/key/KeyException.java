package io.narthex.key;

/** Says what is wrong with a request about keys. */
abstract sealed class KeyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private KeyException(String message) {
        super(message);
    }

    /** The cache never had a key of that name. */
    static final class UnknownKey extends KeyException {
        private static final long serialVersionUID = 1;

        UnknownKey() {
            super("unknown key");
        }
    }

    /** Another key of the cache has the name. */
    static final class NameTaken extends KeyException {
        private static final long serialVersionUID = 1;

        private final String name;

        NameTaken(String name) {
            super("name taken: " + name);
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    /** The name has the form of those that are made here. */
    static final class NameOfOurs extends KeyException {
        private static final long serialVersionUID = 1;

        NameOfOurs(String name) {
            super("name of ours: " + name);
        }
    }

    /** The name is one that only the server's administrator may give a key. */
    static final class NameReserved extends KeyException {
        private static final long serialVersionUID = 1;

        private final String name;

        NameReserved(String name) {
            super("name reserved: " + name);
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    /** A cache of the server has had the key, and it was revoked. */
    static final class RevokedKey extends KeyException {
        private static final long serialVersionUID = 1;

        private final String name;

        RevokedKey(String name) {
            super("revoked key: " + name);
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    /** The cache has the key already; a dead one does not come back. */
    static final class KnownKey extends KeyException {
        private static final long serialVersionUID = 1;

        private final String name;
        private final KeyState state;

        KnownKey(String name, KeyState state) {
            super("known key: " + name);
            this.name = name;
            this.state = state;
        }

        String name() {
            return name;
        }

        KeyState state() {
            return state;
        }
    }

    /** The cache has as many keys as it may have. */
    static final class TooMany extends KeyException {
        private static final long serialVersionUID = 1;

        private final int most;

        TooMany(int most) {
            super("more than " + most + " keys");
            this.most = most;
        }

        int most() {
            return most;
        }
    }

    /**
     * A secret does not open under the master key: it is another one, or the row was altered. The message is for the
     * operator.
     */
    public static final class Sealed extends KeyException {
        private static final long serialVersionUID = 1;

        private final String name;

        Sealed(String name, String message) {
            super(message);
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    /** There is no secret any more. */
    static final class SecretDestroyed extends KeyException {
        private static final long serialVersionUID = 1;

        private final KeyState state;

        SecretDestroyed(KeyState state) {
            super("destroyed");
            this.state = state;
        }

        KeyState state() {
            return state;
        }
    }
}
