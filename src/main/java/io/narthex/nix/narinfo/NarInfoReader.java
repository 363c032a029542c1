package io.narthex.nix.narinfo;

import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** Reads a narinfo as tolerantly as Nix does: NarInfo::NarInfo in src/libstore/nar-info.cc. */
public final class NarInfoReader {
    /** Room for 5,000 references with the longest names; the largest of nixpkgs have some hundreds. */
    public static final int MAX_BYTES = 1 << 20;

    /** Many more than anybody has keys; each costs 100 bytes in every answer. */
    private static final int MAX_SIGNATURES = 256;

    /** Nix writes it for "none". */
    private static final String UNKNOWN_DERIVER = "unknown-deriver";

    /** What a missing Compression means, from the days when there was no other. */
    private static final String LEGACY_COMPRESSION = "bzip2";

    /** Single fields that are known; all others are read over. System is old and read over as well. */
    private static final Set<String> SINGLE = Set.of(
            "StorePath",
            "URL",
            "Compression",
            "FileHash",
            "FileSize",
            "NarHash",
            "NarSize",
            "References",
            "Deriver",
            "CA");

    private final Map<String, String> fields = new HashMap<>();
    private final List<Signature> signatures = new ArrayList<>();

    private NarInfoReader() {}

    /**
     * Reads the bytes of a whole narinfo.
     *
     * @throws NixFormatException whose subject is the field that was refused, or "narinfo" for the text as a whole
     */
    public static NarInfo read(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw corrupt("longer than " + MAX_BYTES + " bytes");
        }
        // Known fields are ASCII, which their types check; an unknown one may hold anything.
        NarInfoReader reader = new NarInfoReader();
        reader.split(new String(bytes, StandardCharsets.ISO_8859_1));
        return reader.toNarInfo();
    }

    private void split(String text) {
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            if (end < 0) {
                throw corrupt("the last line does not end");
            }
            int colon = text.indexOf(':', start);
            // One character after the colon is skipped unseen: were it the line's end, Nix would swallow the next line.
            if (colon < 0 || colon + 1 >= end) {
                throw corrupt("a line without a key, or without a space behind its colon");
            }
            field(text.substring(start, colon), text.substring(colon + 2, end));
            start = end + 1;
        }
    }

    private void field(String key, String value) {
        if (key.equals("Sig")) {
            if (signatures.size() == MAX_SIGNATURES) {
                throw new NixFormatException("Sig", "more than " + MAX_SIGNATURES);
            }
            signatures.add(parse("Sig", value, Signature::parse));
        } else if (SINGLE.contains(key) && !value.isEmpty() && fields.put(key, value) != null) {
            throw new NixFormatException(key, "given twice");
        }
    }

    private NarInfo toNarInfo() {
        String fullPath = required("StorePath");
        StoreDir storeDir = parse("StorePath", fullPath, NarInfoReader::storeDirOf);
        return new NarInfo(
                storeDir,
                parse("StorePath", fullPath, path -> StorePath.parse(storeDir, path)),
                required("URL"),
                optional("Compression", Function.identity()).orElse(LEGACY_COMPRESSION),
                optional("FileHash", NixHash::parse),
                fileSize(),
                parse("NarHash", required("NarHash"), NixHash::parse),
                parse("NarSize", required("NarSize"), NarInfoReader::size),
                optional("References", NarInfoReader::references).orElseGet(TreeSet::new),
                optional("Deriver", Function.identity())
                        .filter(name -> !name.equals(UNKNOWN_DERIVER))
                        .map(name -> parse("Deriver", name, StorePath::parseBaseName)),
                signatures,
                optional("CA", ContentAddress::parse).map(ContentAddress::toString));
    }

    private static StoreDir storeDirOf(String fullPath) {
        return StoreDir.parse(fullPath.substring(0, Math.max(0, fullPath.lastIndexOf('/'))));
    }

    private static SortedSet<StorePath> references(String value) {
        SortedSet<StorePath> references = new TreeSet<>();
        for (String name : value.split(" ", -1)) {
            if (!name.isEmpty()) {
                references.add(StorePath.parseBaseName(name));
            }
        }
        return references;
    }

    /** 0 is how Nix holds a size that is not known. */
    private OptionalLong fileSize() {
        long size = optional("FileSize", NarInfoReader::size).orElse(0L);
        return size == 0 ? OptionalLong.empty() : OptionalLong.of(size);
    }

    private static long size(String value) {
        // 18 digits are below 2^63.
        if (value.length() > 18 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new NixFormatException("size", NixFormatException.quote(value) + " is no number of bytes");
        }
        return Long.parseLong(value);
    }

    private String required(String key) {
        String value = fields.get(key);
        if (value == null) {
            throw new NixFormatException(key, "missing");
        }
        return value;
    }

    private <T> Optional<T> optional(String key, Function<String, T> parser) {
        return Optional.ofNullable(fields.get(key)).map(value -> parse(key, value, parser));
    }

    private static <T> T parse(String key, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (NixFormatException e) {
            throw new NixFormatException(key, e);
        }
    }

    private static NixFormatException corrupt(String reason) {
        return new NixFormatException("narinfo", reason);
    }
}
