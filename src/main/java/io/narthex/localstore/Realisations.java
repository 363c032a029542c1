package io.narthex.localstore;

import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.DerivationOutput;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads the realisations that Nix keeps when content-addressed derivations are on (Nix:
 * src/libstore/ca-specific-schema.sql). A store that never had them on lacks the tables: then there is none.
 */
@ApplicationScoped
public class Realisations {
    private static final String OLD = "select r.id, p.path, r.signatures from Realisations r"
            + " join ValidPaths p on p.id = r.outputPath where r.drvPath = ? and r.outputName = ?";
    private static final String OLD_DEPENDENT = "select r.drvPath || '!' || r.outputName, p.path"
            + " from RealisationsRefs d join Realisations r on r.id = d.realisationReference"
            + " join ValidPaths p on p.id = r.outputPath where d.referrer = ?";
    private static final String NEW =
            "select id, outputPath, signatures from BuildTraceV3 where drvPath = ? and outputName = ?";

    @Inject
    private LocalStore store;

    /** What Nix of 2.4 to 2.34 registered for an output. */
    public Optional<Realisation> find(DerivationOutput id) {
        return store.database()
                .ask(reader -> reader.hasTable("Realisations")
                        ? query(reader, OLD, id.derivationHash().toBase16(), id.outputName(), true)
                        : Optional.<Realisation>empty())
                .flatMap(found -> found);
    }

    /** What Nix of 2.35 and later registered for an output of a derivation. */
    public Optional<Realisation> find(StorePath derivation, String output) {
        return store.database()
                .ask(reader -> reader.hasTable("BuildTraceV3")
                        ? query(reader, NEW, derivation.baseName(), output, false)
                        : Optional.<Realisation>empty())
                .flatMap(found -> found);
    }

    private Optional<Realisation> query(NixReader reader, String sql, String key, String output, boolean dependents)
            throws SQLException {
        PreparedStatement s = reader.prepared(sql);
        s.setString(1, key);
        s.setString(2, output);
        long id;
        StorePath outPath;
        List<String> signatures;
        try (ResultSet r = s.executeQuery()) {
            if (!r.next()) {
                return Optional.empty();
            }
            id = r.getLong(1);
            outPath = path(r.getString(2));
            String text = r.getString(3);
            signatures = text == null
                    ? List.of()
                    : new ArrayList<>(Arrays.stream(text.split(" ", -1))
                            .filter(sig -> !sig.isEmpty())
                            .toList());
        }
        return Optional.of(new Realisation(outPath, signatures, dependents ? dependents(reader, id) : new TreeMap<>()));
    }

    private SortedMap<DerivationOutput, StorePath> dependents(NixReader reader, long id) throws SQLException {
        SortedMap<DerivationOutput, StorePath> all = new TreeMap<>();
        PreparedStatement s = reader.prepared(OLD_DEPENDENT);
        s.setLong(1, id);
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                all.put(DerivationOutput.parse(r.getString(1)), path(r.getString(2)));
            }
        }
        return all;
    }

    /** Nix has written full paths and base names. */
    private StorePath path(String text) throws SQLException {
        StoreDir dir = store.storeDir();
        try {
            return text.startsWith(dir.path() + "/") ? StorePath.parse(dir, text) : StorePath.parseBaseName(text);
        } catch (NixFormatException e) {
            throw new SQLException("a realisation names no store path", e);
        }
    }
}
