package io.narthex.nix.nar;

import java.io.InputStream;

/** Lists an archive while it is read. One lister is for one archive. */
public final class NarLister implements NarVisitor {
    private final NarListing.Builder builder;
    private long offset;

    /**
     * A lister for one archive.
     *
     * @param mostNodes beyond which the archive is refused with {@code TOO_MANY_NODES}; see
     *     {@link NarListing#MAX_NODES}
     */
    public NarLister(int mostNodes) {
        builder = new NarListing.Builder(mostNodes);
    }

    /** What was in the archive; it must have been read to its end. */
    public NarListing listing() {
        return new NarListing(builder.root());
    }

    @Override
    public void enterDirectory() {
        builder.enterDirectory();
    }

    @Override
    public void enterEntry(byte[] name) {
        builder.enterEntry(name);
    }

    @Override
    public void leaveDirectory() throws NarException {
        builder.leaveDirectory(offset);
    }

    @Override
    public void regular(boolean executable, long size, long at, InputStream contents) throws NarException {
        offset = at;
        builder.add(new NarNode.Regular(size, executable, at), at);
    }

    @Override
    public void symlink(byte[] target) throws NarException {
        builder.add(new NarNode.Symlink(target), offset);
    }
}
