package io.narthex.nix.nar;

import io.narthex.nix.Golden;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Run by {@link FileNamesTest} in a JVM of its own. */
final class FileNamesProbe {
    private FileNamesProbe() {}

    public static void main(String[] args) throws IOException {
        System.out.println(System.getProperty("sun.jnu.encoding"));
        Path temp = Path.of(args[0]);
        byte[] nar = Golden.bytes("tree.nar");
        Path tree = temp.resolve("tree");
        NarUnpacker.unpack(new ByteArrayInputStream(nar), tree);
        System.out.println(Arrays.equals(Trees.pack(tree), nar) ? "tree same" : "tree differs");
        System.out.println(everyByte() ? "names same" : "names differ");
    }

    private static boolean everyByte() {
        for (int i = 1; i < 256; i++) {
            byte[] name = {'x', (byte) i, (byte) ((i ^ 0x80) | 1), 'y'};
            if (i != '/' && name[2] != '/') {
                Path path = FileNames.resolve(Path.of("/none"), name);
                if (!Arrays.equals(FileNames.bytes(path.getFileName()), name)) {
                    return false;
                }
            }
        }
        return true;
    }
}
