package io.narthex.nix.store;

import io.narthex.nix.hash.NixFormatException;
import org.jspecify.annotations.Nullable;

/** A path of a Nix store, without the store's directory: {@code <32 digits>-<name>}. */
public record StorePath(StorePathHash hash, String name) implements Comparable<StorePath> {
    /** With hash and dash it stays below 255, with room for suffixes. Nix: StorePath::MaxPathLen, store/path.hh. */
    public static final int MAX_NAME_LENGTH = 211;

    private static final String SUBJECT = "store path";

    public StorePath {
        String flaw = flaw(name);
        if (flaw != null) {
            throw new NixFormatException(SUBJECT, "name " + NixFormatException.quote(name) + ' ' + flaw);
        }
    }

    /**
     * Reads {@code <32 digits>-<name>}.
     *
     * @throws NixFormatException where Nix would refuse it as well
     */
    public static StorePath parseBaseName(String text) {
        StorePathHash hash = StorePathHash.tryParse(text, 0);
        if (hash == null || text.length() == StorePathHash.LENGTH || text.charAt(StorePathHash.LENGTH) != '-') {
            throw new NixFormatException(SUBJECT, NixFormatException.quote(text) + " is not a hash, a dash and a name");
        }
        return new StorePath(hash, text.substring(StorePathHash.LENGTH + 1));
    }

    /**
     * Reads a full path, {@code /nix/store/<32 digits>-<name>}.
     *
     * @throws NixFormatException unless it lies directly in {@code storeDir} and Nix would take it as well
     */
    public static StorePath parse(StoreDir storeDir, String fullPath) {
        String dir = storeDir.path();
        if (!fullPath.startsWith(dir) || fullPath.length() == dir.length() || fullPath.charAt(dir.length()) != '/') {
            throw new NixFormatException(SUBJECT, NixFormatException.quote(fullPath) + " is not in " + dir);
        }
        return parseBaseName(fullPath.substring(dir.length() + 1));
    }

    /** Nix: checkName() in src/libstore/path.cc. */
    private static @Nullable String flaw(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            return "is empty or longer than " + MAX_NAME_LENGTH;
        }
        if (name.equals(".") || name.equals("..") || name.startsWith(".-") || name.startsWith("..-")) {
            return "begins with a relative directory";
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isNameCharacter(name.charAt(i))) {
                return "has a character that is not allowed";
            }
        }
        return null;
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "+-._?=".indexOf(c) >= 0;
    }

    /** Whether Nix would take it as a name of a store path, or as that of an output. */
    public static boolean isName(String text) {
        return flaw(text) == null;
    }

    public boolean isDerivation() {
        return name.endsWith(".drv");
    }

    /** {@code <32 digits>-<name>}. */
    public String baseName() {
        return hash + "-" + name;
    }

    /** The full path in a store that lies there. */
    public String toString(StoreDir storeDir) {
        return storeDir.path() + '/' + hash + '-' + name;
    }

    /** Bytewise order of the base names. */
    @Override
    public int compareTo(StorePath other) {
        int byHash = hash.compareTo(other.hash);
        return byHash != 0 ? byHash : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return baseName();
    }
}
