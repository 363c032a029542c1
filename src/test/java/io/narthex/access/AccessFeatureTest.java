package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.http.Public;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AccessFeatureTest {
    @Test
    void guardsAMethodByTheRightThatItNames() {
        assertThat(AccessFeature.requiredBy(method("guarded"))).contains(Right.ADMINISTER_SERVER);
    }

    @Test
    void leavesAPublicMethodAlone() {
        assertThat(AccessFeature.requiredBy(method("open"))).isEmpty();
    }

    @Test
    void refusesAMethodThatDeclaresNothing() {
        assertThatThrownBy(() -> AccessFeature.requiredBy(method("undeclared")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("undeclared");
    }

    @Test
    void refusesAMethodThatDeclaresBoth() {
        assertThatThrownBy(() -> AccessFeature.requiredBy(method("undecided")))
                .isInstanceOf(IllegalStateException.class);
    }

    private static Method method(String name) {
        return Arrays.stream(Sample.class.getDeclaredMethods())
                .filter(m -> m.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    interface Sample {
        @Requires(Right.ADMINISTER_SERVER)
        void guarded();

        @Public
        void open();

        void undeclared();

        @Public
        @Requires(Right.ADMINISTER_SERVER)
        void undecided();
    }
}
