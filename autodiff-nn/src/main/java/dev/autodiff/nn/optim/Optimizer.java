package dev.autodiff.nn.optim;

import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters by their gradients. A step of training is
 *
 * <pre>{@code
 * optimizer.zeroGrad();
 * loss.backward();
 * optimizer.step();
 * }</pre>
 *
 * <p>A method of one's own names its memory, so many buffers for each parameter, and says in {@link #update} what a step does to one
 * parameter; counting steps, skipping parameters without a gradient, and saving stand here.
 */
public abstract class Optimizer {
    private final boolean keepsNoGradient;
    private final List<Tensor> parameters;
    private final String[] memoryNames;
    private final List<@Nullable List<Tensor>> memory = new ArrayList<>();
    private final List<BiConsumer<Tensor, Tensor>> changes = new ArrayList<>();
    private final long[] steps;
    private double learningRate;

    /**
     * Creates an optimizer that has taken no step.
     *
     * @param parameters leaves that require a gradient, each once
     * @param learningRate 0 or more
     * @param memoryNames a name for each buffer that {@link #update} needs for a parameter
     * @throws IllegalArgumentException if there is no parameter, one is none, or stands there twice
     */
    protected Optimizer(List<Tensor> parameters, double learningRate, String... memoryNames) {
        this(false, parameters, learningRate, memoryNames);
    }

    /**
     * Creates one of the library's own.
     *
     * @param keepsNoGradient whether {@link #update} never keeps the gradient beyond the call, so that its memory may be used again
     */
    Optimizer(boolean keepsNoGradient, List<Tensor> parameters, double learningRate, String... memoryNames) {
        this.keepsNoGradient = keepsNoGradient;
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "optimizer: there is no parameter to train; does the layer list its children()?");
        }
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < parameters.size(); i++) {
            Tensor parameter = parameters.get(i);
            if (!parameter.requiresGrad() || !InPlace.canChange(parameter)) {
                throw new IllegalArgumentException("optimizer: tensor " + i + " of shape " + parameter.shape()
                        + " is no parameter; make it with requireGrad()");
            }
            if (!seen.add(parameter)) {
                throw new IllegalArgumentException(
                        "optimizer: parameter " + i + " of shape " + parameter.shape() + " is given twice");
            }
            memory.add(null);
        }
        this.parameters = List.copyOf(parameters);
        this.memoryNames = memoryNames.clone();
        this.learningRate = nonNegative("learning rate", learningRate);
        this.steps = new long[parameters.size()];
    }

    /**
     * Changes one parameter, in place.
     *
     * @param p the parameter
     * @param g its gradient
     * @param memory the buffers for this parameter, of its shape and type, zeros before the first step
     * @param step the number of this step for this parameter, from 1
     */
    protected abstract void update(Tensor p, Tensor g, List<Tensor> memory, long step);

    /** Changes each parameter that has a gradient; the others stay as they are. */
    public final void step() {
        while (changes.size() < parameters.size()) {
            int index = changes.size();
            changes.add((p, g) -> update(index, p, g));
        }
        for (int i = 0; i < parameters.size(); i++) {
            Tensor p = parameters.get(i);
            if (keepsNoGradient) {
                InPlace.descend("optimizer", p, changes.get(i));
                continue;
            }
            Tensor g = p.grad();
            if (g != null) {
                InPlace.update("optimizer", p, g, changes.get(i));
            }
        }
    }

    private void update(int index, Tensor p, Tensor g) {
        steps[index]++;
        update(p, g, memory(index), steps[index]);
    }

    private List<Tensor> memory(int index) {
        List<Tensor> own = memory.get(index);
        if (own == null) {
            own = new ArrayList<>();
            for (int k = 0; k < memoryNames.length; k++) {
                own.add(InPlace.buffer(
                        parameters.get(index).dtype(), parameters.get(index).shape()));
            }
            memory.set(index, own);
        }
        return own;
    }

    /** Forgets the gradients of all parameters. */
    public final void zeroGrad() {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).clearGrad();
        }
    }

    /** Returns the parameters in the order in which they were given. */
    public final List<Tensor> parameters() {
        return parameters;
    }

    /** Returns the learning rate. */
    public final double learningRate() {
        return learningRate;
    }

    /** Sets the learning rate of the steps to come, as a {@link Schedule} has it. */
    public final void learningRate(double rate) {
        learningRate = nonNegative("learning rate", rate);
    }

    /**
     * Returns what the next steps depend on besides the parameters and settings, as copies: {@code learningRate}, {@code steps} [parameters],
     * and the buffers, {@code momentum.0} for example, of the parameters that have taken a step. With these and the parameters a training
     * goes on bit for bit.
     */
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("learningRate", Tensor.of(learningRate));
        state.put("steps", Tensor.of(steps));
        for (int i = 0; i < parameters.size(); i++) {
            if (steps[i] > 0) {
                for (int k = 0; k < memoryNames.length; k++) {
                    state.put(memoryNames[k] + "." + i, memory(i).get(k).snapshot());
                }
            }
        }
        return state;
    }

    /**
     * Goes on from a {@link #state} that an optimizer with the same parameters and settings gave. Nothing is changed if anything is wrong.
     *
     * @throws IllegalArgumentException if a name is missing or unexpected, or a shape or type differs
     */
    public final void load(Map<String, Tensor> state) {
        double newRate = nonNegative(
                "learning rate",
                find(state, "learningRate", Tensor.of(learningRate)).item());
        long[] newSteps = find(state, "steps", Tensor.of(steps)).toLongArray();
        Map<String, Tensor> targets = new LinkedHashMap<>();
        List<@Nullable List<Tensor>> loaded = new ArrayList<>();
        for (int i = 0; i < newSteps.length; i++) {
            if (newSteps[i] < 0) {
                throw new IllegalArgumentException(
                        "optimizer: 'steps' of parameter " + i + " must not be negative, got " + newSteps[i]);
            }
            if (newSteps[i] == 0) {
                loaded.add(null);
                continue;
            }
            List<Tensor> own = new ArrayList<>();
            for (String memoryName : memoryNames) {
                String name = memoryName + "." + i;
                Tensor buffer = InPlace.buffer(
                        parameters.get(i).dtype(), parameters.get(i).shape());
                InPlace.assign(buffer, find(state, name, buffer));
                targets.put(name, buffer);
                own.add(buffer);
            }
            loaded.add(own);
        }
        for (String name : state.keySet()) {
            if (!targets.containsKey(name) && !name.equals("learningRate") && !name.equals("steps")) {
                throw new IllegalArgumentException(
                        "optimizer: '" + name + "' is unexpected; was the state saved by another method?");
            }
        }
        learningRate = newRate;
        System.arraycopy(newSteps, 0, steps, 0, steps.length);
        for (int i = 0; i < loaded.size(); i++) {
            memory.set(i, loaded.get(i));
        }
    }

    private static Tensor find(Map<String, Tensor> state, String name, Tensor like) {
        Tensor found = state.get(name);
        DType dtype = like.dtype();
        if (found == null) {
            throw new IllegalArgumentException(
                    "optimizer: '" + name + "' is missing; was the state saved by another method?");
        }
        if (found.dtype() != dtype || !found.shape().equals(like.shape())) {
            throw new IllegalArgumentException("optimizer: '" + name + "': expected " + dtype + " " + like.shape()
                    + ", got " + found.dtype() + " " + found.shape());
        }
        return found;
    }

    /** Returns the method, the learning rate, and how much is trained. */
    @Override
    public String toString() {
        long numbers = parameters.stream().mapToLong(Tensor::size).sum();
        return getClass().getSimpleName() + "[learningRate=" + learningRate + ", parameters=" + parameters.size()
                + " with " + numbers + " numbers]";
    }

    /** Returns a setting that must be a number from 0 on. */
    static double nonNegative(String setting, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("optimizer: " + setting + " must be 0 or more, got " + value);
        }
        return value;
    }

    /** Returns a setting that must be a number from 0 (inclusive) to 1 (exclusive). */
    static double fraction(String setting, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("optimizer: " + setting + " must be from 0 to below 1, got " + value);
        }
        return value;
    }
}
