package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TangentsTest {
    @Test
    void withoutAnyTangentThereIsNoDirection() {
        @Nullable Tensor[] none = {null, null};
        assertThrows(IllegalArgumentException.class, () -> Tangents.any(none));
        assertThrows(IllegalArgumentException.class, () -> Tangents.sum(none, (i, t) -> t));
    }
}
