package io.narthex.audit;

import io.narthex.copy.BinaryRows;
import java.sql.Connection;
import java.sql.SQLException;

/** Rows of the table nar_download. */
final class DownloadRows {
    private static final String COPY =
            "copy nar_download (at, tenant_id, cache_id, path, token_id, address, bytes_sent,"
                    + " complete) from stdin (format binary)";
    private static final int COLUMNS = 8;

    private final BinaryRows rows = new BinaryRows();

    void add(Download download) {
        rows.begin(COLUMNS)
                .timestamp(download.at())
                .int4(download.tenantId())
                .int4(download.cacheId())
                .text(download.path())
                .text(download.tokenId())
                .address(download.address())
                .int8(download.bytesSent())
                .bool(download.complete());
    }

    /** Sends them all; nothing can be added any more. */
    void copy(Connection connection) throws SQLException {
        rows.copy(connection, COPY);
    }
}
