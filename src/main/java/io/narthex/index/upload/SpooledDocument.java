package io.narthex.index.upload;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.narthex.blob.DiskRoom;
import io.narthex.configuration.DiskReserve;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a document on its way to the database, compressed, in a file that has no name. In memory many at once would
 * fill the heap, and a file without a name is gone when the process ends.
 */
public final class SpooledDocument implements Closeable {
    private final FileChannel file;
    private final long length;

    private SpooledDocument(FileChannel file, long length) {
        this.file = file;
        this.length = length;
    }

    /**
     * Reads to the end.
     *
     * @param directory where the file lies as long as it has a name, which is not for long; made if it is missing
     * @param reserve what uploads leave free on its disk, where the database may lie too
     * @param most bytes, compressed
     * @throws Document.TooLongException beyond that
     * @throws io.narthex.blob.NoRoomException where the disk might not have so many
     */
    public static SpooledDocument of(InputStream content, Path directory, DiskReserve reserve, long most)
            throws IOException {
        try {
            Files.createDirectories(directory);
            new DiskRoom(Files.getFileStore(directory), reserve).require(most);
            return spooled(content, open(directory), most);
        } catch (IOException e) {
            throw DiskRoom.explained(e);
        }
    }

    private static SpooledDocument spooled(InputStream content, FileChannel file, long most) throws IOException {
        try {
            return new SpooledDocument(file, write(content, file, most));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static FileChannel open(Path directory) throws IOException {
        Path path = Files.createTempFile(directory, "document", "");
        try {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            // open files outlive their names
            Files.delete(path);
        }
    }

    private static long write(InputStream content, FileChannel file, long most) throws IOException {
        long length = 0;
        try (ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(into(file), Document.Coded.LEVEL)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                zstd.write(buffer, 0, read);
                length += read;
                if (file.position() > most) {
                    throw new Document.TooLongException();
                }
            }
        }
        return length;
    }

    /** Leaves the file open when it is closed. */
    private static OutputStream into(FileChannel file) {
        return new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16) {
            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    /** Bytes, decompressed. */
    long length() {
        return length;
    }

    /** Bytes, compressed. */
    public long size() throws IOException {
        return file.size();
    }

    /** What is compressed, from its beginning. */
    InputStream read() throws IOException {
        return Channels.newInputStream(file.position(0));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
