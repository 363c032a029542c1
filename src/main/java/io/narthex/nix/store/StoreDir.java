package io.narthex.nix.store;

import io.narthex.nix.hash.NixFormatException;

/** The directory of a Nix store, as its paths write it: absolute, in canonical form. It is part of every signature. */
public record StoreDir(String path) {
    public static final StoreDir DEFAULT = new StoreDir("/nix/store");

    public StoreDir {
        if (!isCanonical(path)) {
            throw new NixFormatException("store directory", NixFormatException.quote(path) + " is not canonical");
        }
    }

    /**
     * Reads an absolute path in canonical form.
     *
     * @throws NixFormatException unless absolute, of printable ASCII, without empty, dot or dot-dot components
     */
    public static StoreDir parse(String text) {
        return new StoreDir(text);
    }

    private static boolean isCanonical(String path) {
        if (path.length() < 2 || path.charAt(0) != '/' || !path.chars().allMatch(c -> c > ' ' && c <= '~')) {
            return false;
        }
        for (String component : path.substring(1).split("/", -1)) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return path;
    }
}
