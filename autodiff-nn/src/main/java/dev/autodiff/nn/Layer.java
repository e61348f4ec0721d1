package dev.autodiff.nn;

import dev.autodiff.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A part of a model: a function of one tensor with parameters that can be trained. A record finds its parameters by itself:
 *
 * <pre>{@code
 * record Mlp(Linear hidden, Linear output) implements Layer {
 *     public Tensor forward(Tensor x) {
 *         return output.forward(hidden.forward(x).relu());
 *     }
 * }
 * new Mlp(…).namedParameters().keySet();     // hidden.weight, hidden.bias, output.weight, output.bias
 * }</pre>
 *
 * <p>A class that is no record lists its parts in {@link #children}; an enum constant and a lambda have none. Parameters are named by the path that leads to
 * them, as in PyTorch's state_dict.
 */
@FunctionalInterface
public interface Layer {

    /** Computes the layer's result. The shapes are those of the layer. */
    Tensor forward(Tensor x);

    /**
     * Returns what this layer consists of, by name and in order: tensors, layers, and lists, arrays, optionals or maps of those; anything
     * else, null too, is ignored. Of a record these are its components; an enum constant and a lambda have none, any other class
     * overrides this method.
     *
     * @throws IllegalStateException if this is a class that does not say what it consists of, or the record stands in a package of a
     *     named module that is not open to this one; the message says which {@code opens} to add
     */
    default Map<String, ?> children() {
        return Parts.ofRecord(this);
    }

    /** Returns the parameters, those that require a gradient, in order; one that is used in several places stands there once. */
    default List<Tensor> parameters() {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Tensor> parameters = new ArrayList<>();
        for (Tensor parameter : namedParameters().values()) {
            if (seen.add(parameter)) {
                parameters.add(parameter);
            }
        }
        return parameters;
    }

    /**
     * Returns the parameters by their path, {@code hidden.weight} or {@code 0.bias} for example, in order. One that is used in several
     * places stands there under each of its names.
     */
    default Map<String, Tensor> namedParameters() {
        Map<String, Tensor> parameters = Parts.of(this);
        parameters.values().removeIf(tensor -> !tensor.requiresGrad());
        return parameters;
    }

    /**
     * Names the parameters by their path, {@code hidden.weight} for example, in drawings and messages. One that is used in several places
     * gets the first of its names. Meant for the whole model, once it is built.
     */
    default void nameParameters() {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        namedParameters().forEach((path, parameter) -> {
            if (seen.add(parameter)) {
                parameter.named(path);
            }
        });
    }

    /**
     * Returns copies, by their path, of all tensors that training may change: the {@link #namedParameters}, those that are frozen by
     * {@link Tensor#detach}, and buffers. This is what a file of the model holds, and what {@link #load} goes back to:
     *
     * <pre>{@code
     * Map<String, Tensor> best = model.state();  // stays as it is while the training goes on
     * model.load(best);
     * }</pre>
     */
    default Map<String, Tensor> state() {
        Map<String, Tensor> state = Parts.of(this);
        state.replaceAll((name, tensor) -> tensor.snapshot());
        return state;
    }

    /**
     * Copies tensors into those of {@link #state} with the same names. Nothing is copied if anything is wrong.
     *
     * @param tensors exactly the names of the state, each of the same shape and type
     * @throws IllegalArgumentException if a name is missing or unexpected, or a shape or type differs; the message lists all of them
     */
    default void load(Map<String, Tensor> tensors) {
        Parts.load(Parts.of(this), tensors);
    }
}
