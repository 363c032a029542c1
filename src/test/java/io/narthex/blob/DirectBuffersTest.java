package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class DirectBuffersTest {
    private static final int BYTES = 8192;

    private final DirectBuffers buffers = new DirectBuffers(BYTES);

    @Test
    void givesAWholeBufferAlignedForTheDisk() {
        ByteBuffer buffer = buffers.take();

        assertThat(buffer.remaining()).isEqualTo(BYTES);
        assertThat(buffer.alignmentOffset(0, DirectBuffers.ALIGNMENT)).isZero();
    }

    @Test
    void takesTheLastGivenBackFirstSoThatTheOthersGrowOld() {
        ByteBuffer first = buffers.take();
        ByteBuffer last = buffers.take();
        buffers.giveBack(first);
        last.position(BYTES);
        buffers.giveBack(last);

        assertThat(buffers.take()).isSameAs(last).matches(whole -> whole.remaining() == BYTES);
        assertThat(buffers.take()).isSameAs(first);
    }

    @Test
    void keepsNoMoreThanItsMost() {
        ByteBuffer[] many = new ByteBuffer[65];
        for (int i = 0; i < many.length; i++) {
            many[i] = buffers.take();
        }
        for (ByteBuffer one : many) {
            buffers.giveBack(one);
        }

        assertThat(buffers.take()).as("the 64th").isSameAs(many[63]);
    }
}
