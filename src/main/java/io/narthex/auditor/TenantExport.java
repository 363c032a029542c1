package io.narthex.auditor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import io.narthex.nix.hash.HashAlgorithm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the record of a tenant that has left into a file: lines of JSON in gzip. The first line tells whose it is and under which
 * heads it stands; then come its events with their seals, its downloads, and all paths that it held.
 *
 * @param sha256 of the file
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one tenant, never compared
record TenantExport(long lines, byte[] sha256) {
    private static final ObjectMapper JSON = new JsonResolver().getContext(Map.class);
    /** Rows held in memory at once. */
    private static final int FETCHED = 1_000;

    /** A tenant that has left. */
    record Departed(int id, String name, Instant deletedAt) {
        /** A name may be used again, a number never. */
        String fileName() {
            return "narthex-tenant-" + name + "-" + id + ".ndjson.gz";
        }
    }

    /**
     * Writes the file.
     *
     * @param connection in a transaction, so that rows come in pieces
     * @param heads of its chain as they are signed now
     */
    static TenantExport write(Connection connection, Departed tenant, List<SignedHead> heads, Path file)
            throws SQLException, IOException {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        long count = 0;
        try (OutputStream raw = new DigestOutputStream(Files.newOutputStream(file), digest);
                OutputStream lines = new GZIPOutputStream(raw, 1 << 16);
                PreparedStatement s = connection.prepareStatement("select line from tenant_export(?)")) {
            Map<String, Object> header = new LinkedHashMap<>();
            header.put("format", "narthex-tenant-export-1");
            header.put("tenant", tenant.name());
            header.put("number", tenant.id());
            header.put("deletedAt", tenant.deletedAt());
            header.put("heads", heads);
            lines.write(JSON.writeValueAsBytes(header));
            lines.write('\n');
            s.setFetchSize(FETCHED);
            s.setInt(1, tenant.id());
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    lines.write(row.getString(1).getBytes(StandardCharsets.UTF_8));
                    lines.write('\n');
                    count++;
                }
            }
        }
        return new TenantExport(count, digest.digest());
    }
}
