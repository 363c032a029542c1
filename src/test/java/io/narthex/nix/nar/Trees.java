package io.narthex.nix.nar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.TreeSet;

/** Trees on disk for tests, and what the packer makes of them. */
final class Trees {
    private Trees() {}

    static byte[] pack(Path root) throws IOException {
        return pack(root, 1 << 16);
    }

    static byte[] pack(Path root, int buffer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long size = new NarPacker(ByteBuffer.allocateDirect(buffer), into(out)).pack(root);
        if (size != out.size()) {
            throw new AssertionError("packed " + out.size() + ", said " + size);
        }
        return out.toByteArray();
    }

    static byte[] packRange(Path root, int buffer, long from, long length) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new NarPacker(ByteBuffer.allocateDirect(buffer), into(out)).packRange(root, from, length);
        return out.toByteArray();
    }

    private static NarSink into(ByteArrayOutputStream out) {
        WritableByteChannel channel = Channels.newChannel(out);
        return bytes -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        };
    }

    static Path file(Path path, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(path, bytes);
    }

    /** A tree of directories, files, executables and links, with names that need bytes to be told apart. */
    static void generate(Path root, Random random, int depth) throws IOException {
        switch (random.nextInt(depth > 0 ? 6 : 3)) {
            case 0 -> file(root, random.nextInt(3000));
            case 1 -> {
                file(root, random.nextInt(20));
                Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            case 2 -> Files.createSymbolicLink(root, FileNames.target(name(random)));
            default -> {
                Files.createDirectory(root);
                TreeSet<Path> children = new TreeSet<>();
                for (int i = random.nextInt(7); i > 0; i--) {
                    children.add(FileNames.resolve(root, name(random)));
                }
                for (Path child : children) {
                    generate(child, random, depth - 1);
                }
            }
        }
    }

    private static byte[] name(Random random) {
        byte[] name = new byte[1 + random.nextInt(4)];
        for (int i = 0; i < name.length; i++) {
            byte b = (byte) random.nextInt(256);
            name[i] = b == 0 || b == '/' || b == '.' ? (byte) 'x' : b;
        }
        return name;
    }
}
