package io.narthex.transfer;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.UpstreamNar;
import io.narthex.upstream.PullThrough;
import io.narthex.upstream.fetch.PassingNar;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;

/** Sends files of upstreams, whole or in part, on the request's thread, which waits for what did not come yet. */
@ApplicationScoped
public class PassingTransfer {
    private static final System.Logger LOG = System.getLogger(PassingTransfer.class.getName());
    private static final int PIECE = 64 << 10;

    @Inject
    private PullThrough fetches;

    /**
     * The file of a NAR.
     *
     * @param sent whether it will be sent; else nothing is fetched where its length is known without that
     * @throws ProblemException 503, where it cannot be had now
     */
    public NarBody of(UpstreamNar nar, boolean sent) {
        OptionalLong told = nar.fileSize();
        long length = told.isPresent() && !sent ? told.getAsLong() : length(nar);
        return new NarBody() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public String tag() {
                return '"' + nar.fileHash().orElse(nar.narHash()).nix32() + '"';
            }

            @Override
            public void whole(OutputStream out) {
                send(nar, 0, length, out);
            }

            @Override
            public void part(ByteRange.Part part, OutputStream out) {
                send(nar, part.first(), part.length(), out);
            }
        };
    }

    private long length(UpstreamNar nar) {
        try (PassingNar passing = fetches.open(nar)) {
            return passing.length().join();
        } catch (IOException | CompletionException e) {
            throw new ProblemException(ProblemType.UNAVAILABLE, "An upstream gives no answer");
        }
    }

    private void send(UpstreamNar nar, long first, long length, OutputStream out) {
        try (PassingNar passing = fetches.open(nar)) {
            OutputStream sink = ResponseSink.of(out).asStream();
            byte[] piece = new byte[PIECE];
            for (long at = first; at < first + length; ) {
                passing.awaitBeyond(at);
                long ready = Math.min(passing.sendable(), first + length) - at;
                int read = passing.read(ByteBuffer.wrap(piece, 0, (int) Math.min(PIECE, ready)), at);
                sink.write(piece, 0, read);
                at += read;
            }
            sink.flush();
        } catch (ResponseSink.ClientGoneException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=client-gone file={0}", nar.fileName());
            ResponseSink.breakOff();
        } catch (IOException e) {
            ResponseSink.breakOff();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "event=passing-nar-broken file={0} reason={1}",
                    nar.fileName(),
                    e.toString());
        }
    }
}
