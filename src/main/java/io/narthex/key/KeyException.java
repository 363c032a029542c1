package io.narthex.key;

/** What can be wrong with a wish about keys. */
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

    /** Another key of the server has, or may get, the name. */
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
