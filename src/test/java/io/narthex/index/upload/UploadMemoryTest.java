package io.narthex.index.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.change.Heartbeat;
import io.narthex.nix.store.StorePathHash;
import org.junit.jupiter.api.Test;

class UploadMemoryTest {
    private static final int CACHE = 7;
    private static final StorePathHash BEFORE = new StorePathHash(1, 2, 3);
    private static final StorePathHash MEANWHILE = new StorePathHash(4, 5, 6);
    private static final StorePathHash NOWHERE = new StorePathHash(7, 8, 9);

    private final UploadMemory memory = new UploadMemory(new Heartbeat(0));

    @Test
    void lacksNothingUntilAllWasRead() {
        assertThat(memory.lacks(CACHE, NOWHERE)).isFalse();
        UploadMemory.Reading reading = memory.begin();
        reading.add(CACHE, BEFORE);
        assertThat(memory.lacks(CACHE, NOWHERE)).isFalse();
        assertThat(memory.isLoaded()).isFalse();

        reading.end();

        assertThat(memory.isLoaded()).isTrue();
        assertThat(memory.lacks(CACHE, BEFORE)).isFalse();
        assertThat(memory.lacks(CACHE, NOWHERE)).isTrue();
    }

    @Test
    void keepsWhatIsToldWhileAllIsRead() {
        UploadMemory.Reading reading = memory.begin();
        memory.add(CACHE, MEANWHILE);
        reading.add(CACHE, BEFORE);
        reading.end();

        assertThat(memory.lacks(CACHE, MEANWHILE)).isFalse();
        assertThat(memory.lacks(CACHE, BEFORE)).isFalse();
    }

    @Test
    void keepsWhatIsToldBehindIt() {
        memory.begin().end();
        memory.add(CACHE, MEANWHILE);

        assertThat(memory.lacks(CACHE, MEANWHILE)).isFalse();
    }

    @Test
    void lacksNothingWhileAllIsReadAgain() {
        memory.begin().end();
        assertThat(memory.lacks(CACHE, NOWHERE)).isTrue();

        memory.begin();

        assertThat(memory.lacks(CACHE, NOWHERE)).isFalse();
        assertThat(memory.isLoaded()).isTrue();
    }

    @Test
    void takesNoReadingThatAnotherHasFollowed() {
        UploadMemory.Reading cutOff = memory.begin();
        UploadMemory.Reading last = memory.begin();

        cutOff.end();
        assertThat(memory.lacks(CACHE, NOWHERE)).isFalse();

        last.end();
        assertThat(memory.lacks(CACHE, NOWHERE)).isTrue();
    }
}
