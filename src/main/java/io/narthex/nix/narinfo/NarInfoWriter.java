package io.narthex.nix.narinfo;

import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes a narinfo as Nix writes it: NarInfo::to_string in src/libstore/nar-info.cc. */
public final class NarInfoWriter {
    private NarInfoWriter() {}

    /** The text in ASCII. {@code References} keeps its space where it is empty: clients skip it unseen. */
    public static byte[] write(NarInfo info) {
        return write(info, info.signatures());
    }

    /**
     * The same with other signatures than its own.
     *
     * @param signatures sorted, none of them twice
     */
    public static byte[] write(NarInfo info, List<Signature> signatures) {
        StringBuilder text = new StringBuilder(512 + info.references().size() * 64);
        line(text, "StorePath", info.storePath().toString(info.storeDir()));
        line(text, "URL", info.url());
        line(text, "Compression", info.compression());
        info.fileHash().ifPresent(hash -> line(text, "FileHash", hash.toNix32()));
        info.fileSize().ifPresent(size -> line(text, "FileSize", Long.toString(size)));
        line(text, "NarHash", info.narHash().toNix32());
        line(text, "NarSize", Long.toString(info.narSize()));
        text.append("References:");
        for (StorePath reference : info.references()) {
            text.append(' ').append(reference.baseName());
        }
        text.append(info.references().isEmpty() ? " \n" : "\n");
        info.deriver().ifPresent(deriver -> line(text, "Deriver", deriver.baseName()));
        signatures.forEach(signature -> line(text, "Sig", signature.toString()));
        info.contentAddress().ifPresent(address -> line(text, "CA", address));
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append(": ").append(value).append('\n');
    }
}
