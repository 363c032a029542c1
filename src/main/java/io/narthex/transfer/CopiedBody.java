package io.narthex.transfer;

import java.io.IOException;
import java.io.OutputStream;

/** A copy as the body of one answer. It is open until it was sent, or {@link #close} is called. */
public final class CopiedBody implements NarBody, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CopiedBody.class.getName());

    private final NarCopy copy;

    CopiedBody(NarCopy copy) {
        this.copy = copy;
    }

    @Override
    public long length() {
        return copy.bytes();
    }

    @Override
    public String tag() {
        return copy.entityTag();
    }

    @Override
    public void whole(OutputStream out) {
        send(0, copy.bytes(), out);
    }

    @Override
    public void part(ByteRange.Part part, OutputStream out) {
        send(part.first(), part.length(), out);
    }

    private void send(long first, long length, OutputStream out) {
        try (copy) {
            ResponseSink.of(out).transfer(copy.file(), first, length);
        } catch (ResponseSink.ClientGoneException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=client-gone copy={0}", copy.entityTag());
            ResponseSink.breakOff();
        } catch (IOException e) {
            ResponseSink.breakOff();
            LOG.log(System.Logger.Level.ERROR, "event=copy-unreadable copy=" + copy.entityTag(), e);
        }
    }

    @Override
    public void close() {
        copy.close();
    }
}
