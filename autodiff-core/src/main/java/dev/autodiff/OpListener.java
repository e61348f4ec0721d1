package dev.autodiff;

import dev.autodiff.array.Storage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Is told of what one thread computes; see {@link Mode#listening}. */
interface OpListener {
    /** An operation has run, forward or as a part of a rule, and was recorded if anything asked for that. */
    void ran(Op op, Tensor[] inputs, Tensor out);

    /** A backward sweep has added up the gradient of a node; the node's rule runs next. */
    default void reached(Node node, Tensor gradient) {}

    /** A backward sweep has computed what a node hands on to one of its inputs. */
    default void contributed(Node node, int input, Tensor contribution) {}

    /** A leaf has got a gradient. */
    default void received(Node leaf) {}

    /** A leaf, or another node, was told to forget its gradient, if it had one. */
    default void cleared(Node node) {}

    /** A new leaf has the same elements as a tensor. */
    default void copied(Tensor source, Tensor leaf) {}

    /** A new tensor was filled, in a way that gives other elements each time. */
    default void filled(Object what, Tensor out, Consumer<Storage> fill) {}

    /** Changes a parameter or buffer by a value, once and, if the listener says so, later again. */
    default void update(Object what, Tensor target, Tensor value, BiConsumer<Tensor, Tensor> change) {
        change.accept(target, value);
    }

    /** Java code is about to look at the elements of a tensor. */
    default void read(String operation, Tensor tensor) {}

    /** Tells whether to report the operations that a rule is made of, too. */
    boolean hearsRules();
}
