package dev.autodiff;

import org.jspecify.annotations.Nullable;

/** Operations whose results are booleans or places, and so have no derivative: nothing is recorded for them. */
sealed interface Discrete extends Primitive permits Comparison, Logic, Ranking, Indexing.Places {
    @Override
    default boolean isDifferentiable() {
        return false;
    }

    @Override
    default Keep keeps() {
        return Keep.NOTHING;
    }

    @Override
    default @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        throw new GradientException(label() + ": booleans and places have no derivative");
    }

    @Override
    default Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        throw new GradientException(label() + ": booleans and places have no derivative");
    }
}
