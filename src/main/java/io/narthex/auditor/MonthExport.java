package io.narthex.auditor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import io.narthex.job.Progress;
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
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a month of the record into a file: lines of JSON in gzip. The first line tells what follows and under which
 * heads; then come the events, chain after chain, each with its seal, then the downloads, then the counts of narinfos.
 *
 * @param sha256 of the file
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one month, never compared
record MonthExport(long events, long downloads, byte[] sha256) {
    private static final ObjectMapper JSON = new JsonResolver().getContext(Map.class);
    /** Rows held in memory at once. */
    private static final int FETCHED = 1_000;

    /** What a month holds. */
    record Month(LocalDate first, long events, long downloads) {
        String fileName() {
            return "narthex-audit-" + first.toString().substring(0, 7) + ".ndjson.gz";
        }
    }

    /**
     * Writes the file.
     *
     * @param connection in a transaction, so that rows come in pieces
     * @param heads of the chains as they are signed now
     */
    static MonthExport write(Connection connection, Month month, List<SignedHead> heads, Path file)
            throws SQLException, IOException {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        long events;
        long downloads;
        try (OutputStream raw = new DigestOutputStream(Files.newOutputStream(file), digest);
                OutputStream lines = new GZIPOutputStream(raw, 1 << 16)) {
            Map<String, Object> header = new LinkedHashMap<>();
            header.put("format", "narthex-audit-export-1");
            header.put("month", month.first().toString());
            header.put("events", month.events());
            header.put("downloads", month.downloads());
            header.put("heads", heads);
            lines.write(JSON.writeValueAsBytes(header));
            lines.write('\n');
            LongConsumer progress = Progress.ofThisRun()::add;
            events = copy(connection, "select line from audit_export_events(?)", month, lines, progress);
            downloads = copy(connection, "select line from audit_export_downloads(?)", month, lines, progress);
            // not counted beforehand: there may be a hundred for each download
            copy(connection, "select line from audit_export_narinfos(?)", month, lines, uncounted -> {});
        }
        return new MonthExport(events, downloads, digest.digest());
    }

    private static long copy(Connection connection, String sql, Month month, OutputStream lines, LongConsumer progress)
            throws SQLException, IOException {
        long count = 0;
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setFetchSize(FETCHED);
            s.setObject(1, month.first());
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    lines.write(row.getString(1).getBytes(StandardCharsets.UTF_8));
                    lines.write('\n');
                    count++;
                    if (count % FETCHED == 0) {
                        progress.accept(FETCHED);
                    }
                }
            }
        }
        progress.accept(count % FETCHED);
        return count;
    }
}
