package io.narthex.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * Encodes rows of the table nar_download for a binary COPY: text would be made here and parsed there, which costs as
 * much as the writing (PostgreSQL: doc/src/sgml/ref/copy.sgml, and the recv functions of the types).
 */
final class DownloadRows {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int COLUMNS = 8;
    private static final int NULL = -1;
    /** PostgreSQL's timestamps count from here, in microseconds. */
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    /** PGSQL_AF_INET; PGSQL_AF_INET6 is one more (PostgreSQL: src/include/utils/inet.h). */
    private static final int INET = 2;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    private final DataOutputStream out = new DataOutputStream(bytes);

    DownloadRows() throws IOException {
        out.write(SIGNATURE);
        out.writeInt(0); // flags
        out.writeInt(0); // no header extension
    }

    void add(Download download) throws IOException {
        out.writeShort(COLUMNS);
        out.writeInt(Long.BYTES);
        out.writeLong(ChronoUnit.MICROS.between(EPOCH, download.at()));
        out.writeInt(Integer.BYTES);
        out.writeInt(download.tenantId());
        out.writeInt(Integer.BYTES);
        out.writeInt(download.cacheId());
        text(download.path());
        text(download.tokenId());
        address(download.address());
        out.writeInt(Long.BYTES);
        out.writeLong(download.bytesSent());
        out.writeInt(1);
        out.writeBoolean(download.complete());
    }

    private void text(@Nullable String value) throws IOException {
        if (value == null) {
            out.writeInt(NULL);
            return;
        }
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        out.writeInt(encoded.length);
        out.write(encoded);
    }

    private void address(@Nullable InetAddress value) throws IOException {
        if (value == null) {
            out.writeInt(NULL);
            return;
        }
        byte[] address = value.getAddress();
        out.writeInt(4 + address.length);
        out.writeByte(address.length == 4 ? INET : INET + 1);
        out.writeByte(address.length * Byte.SIZE); // the whole of it, no network
        out.writeByte(0); // no cidr
        out.writeByte(address.length);
        out.write(address);
    }

    /** Sends them all; nothing can be added any more. */
    void end(CopyIn copy) throws IOException, SQLException {
        out.writeShort(NULL);
        byte[] all = bytes.toByteArray();
        copy.writeToCopy(all, 0, all.length);
    }
}
