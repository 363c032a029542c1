package io.narthex.localstore;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A row of the Nix database as it stands there, before it is checked. */
record NixRow(
        long id,
        String path,
        String hash,
        long registered,
        String deriver,
        long narSize,
        String sigs,
        String ca,
        RowDigest digest) {
    private static final System.Logger LOG = System.getLogger(NixRow.class.getName());

    static NixRow of(ResultSet r) throws SQLException {
        return new NixRow(
                r.getLong(1),
                text(r, 2),
                text(r, 3),
                r.getLong(4),
                text(r, 5),
                r.getLong(6),
                text(r, 7),
                text(r, 8),
                RowDigest.over(r.getBytes(9)));
    }

    private static String text(ResultSet r, int column) throws SQLException {
        String value = r.getString(column);
        return value == null ? "" : value;
    }

    ValidPath parse(StoreDir storeDir, List<String> references) {
        if (narSize <= 0) {
            throw new NixFormatException("NAR size", "none is registered");
        }
        NixHash narHash = NixHash.parse(hash);
        if (narHash.algorithm() != HashAlgorithm.SHA256) {
            throw new NixFormatException("NAR hash", "it is no SHA-256");
        }
        TreeSet<StorePath> refs = new TreeSet<>();
        references.forEach(text -> refs.add(StorePath.parse(storeDir, text)));
        return new ValidPath(
                id,
                StorePath.parse(storeDir, path),
                narHash,
                narSize,
                Instant.ofEpochSecond(registered),
                deriver(storeDir),
                refs,
                signatures(),
                ca.isEmpty() ? Optional.empty() : Optional.of(ca),
                digest);
    }

    /** Old stores hold "unknown-deriver" and the like: no deriver then. */
    private Optional<StorePath> deriver(StoreDir storeDir) {
        try {
            return deriver.isEmpty() ? Optional.empty() : Optional.of(StorePath.parse(storeDir, deriver));
        } catch (NixFormatException e) {
            return Optional.empty();
        }
    }

    private List<Signature> signatures() {
        List<Signature> all = new ArrayList<>();
        for (String text : sigs.split(" ", -1)) {
            try {
                if (!text.isEmpty()) {
                    all.add(Signature.parse(text));
                }
            } catch (NixFormatException e) {
                LOG.log(System.Logger.Level.DEBUG, "event=signature-unusable path={0}", path);
            }
        }
        return all;
    }
}
