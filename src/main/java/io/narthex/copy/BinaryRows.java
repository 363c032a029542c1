package io.narthex.copy;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows in the form of {@code copy … from stdin (format binary)}: each begins with {@link #begin} and goes on with its columns
 * in their order (PostgreSQL: doc/src/sgml/ref/copy.sgml, and the recv functions of the types). Not for two threads at once.
 */
public final class BinaryRows {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int NULL = -1;
    /** PostgreSQL's timestamps count from here, in microseconds. */
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    /** PGSQL_AF_INET; PGSQL_AF_INET6 is one more (PostgreSQL: src/include/utils/inet.h). */
    private static final int INET = 2;
    /** The number of the type text, which an array names (PostgreSQL: src/include/catalog/pg_type.dat). */
    private static final int TEXT = 25;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
    private final byte[] number = new byte[Long.BYTES];

    /** Holds no rows yet. */
    public BinaryRows() {
        out.writeBytes(SIGNATURE);
        raw(0); // flags
        raw(0); // no header extension
    }

    /** Begins a row of so many columns. */
    public BinaryRows begin(int columns) {
        ByteBuffer.wrap(number).putShort((short) columns);
        out.write(number, 0, Short.BYTES);
        return this;
    }

    /** A bigint. */
    public BinaryRows int8(long value) {
        raw(Long.BYTES);
        ByteBuffer.wrap(number).putLong(value);
        out.write(number, 0, Long.BYTES);
        return this;
    }

    /** An integer. */
    public BinaryRows int4(int value) {
        raw(Integer.BYTES);
        raw(value);
        return this;
    }

    /** A boolean. */
    public BinaryRows bool(boolean value) {
        raw(1);
        out.write(value ? 1 : 0);
        return this;
    }

    /** A bytea. */
    public BinaryRows bytes(byte[] value) {
        raw(value.length);
        out.writeBytes(value);
        return this;
    }

    /** A text, or null. */
    public BinaryRows text(@Nullable String value) {
        if (value == null) {
            raw(NULL);
            return this;
        }
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** An array of texts. */
    public BinaryRows texts(Collection<String> values) {
        byte[][] encoded =
                values.stream().map(v -> v.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        int dimensions = encoded.length == 0 ? 0 : 1; // an empty array has none
        int length = (3 + 2 * dimensions + encoded.length) * Integer.BYTES;
        for (byte[] value : encoded) {
            length += value.length;
        }
        raw(length);
        raw(dimensions);
        raw(0); // no nulls in it
        raw(TEXT);
        if (dimensions == 1) {
            raw(encoded.length);
            raw(1); // where its numbers begin
        }
        for (byte[] value : encoded) {
            bytes(value);
        }
        return this;
    }

    /** A timestamptz. */
    public BinaryRows timestamp(Instant value) {
        return int8(ChronoUnit.MICROS.between(EPOCH, value));
    }

    /** An inet, or null. */
    public BinaryRows address(@Nullable InetAddress value) {
        if (value == null) {
            raw(NULL);
            return this;
        }
        byte[] address = value.getAddress();
        raw(4 + address.length);
        out.write(address.length == 4 ? INET : INET + 1);
        out.write(address.length * Byte.SIZE); // the whole of it, no network
        out.write(0); // no cidr
        out.write(address.length);
        out.writeBytes(address);
        return this;
    }

    /**
     * Sends them all by a statement; nothing can be added any more.
     *
     * @throws SQLException also where one of them is refused: then none is there
     */
    public void copy(Connection connection, String statement) throws SQLException {
        ByteBuffer.wrap(number).putShort((short) NULL);
        out.write(number, 0, Short.BYTES);
        byte[] all = out.toByteArray();
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
        try {
            copy.writeToCopy(all, 0, all.length);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private void raw(int value) {
        ByteBuffer.wrap(number).putInt(value);
        out.write(number, 0, Integer.BYTES);
    }
}
