package dev.autodiff.nn.closed.internal;

import dev.autodiff.Tensor;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;

/** A model in a package that its module neither exports nor opens. */
public record Hidden(Linear output) implements Layer {
    @Override
    public Tensor forward(Tensor x) {
        return x;
    }
}
