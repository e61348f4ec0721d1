package dev.autodiff;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives of functions, and how a thread records operations. A function is any Java code that computes a tensor from a tensor by
 * tensor operations; derivatives are functions again and can be differentiated further:
 *
 * <pre>{@code
 * UnaryOperator<Tensor> f = x -> x.pow(3).sum();
 * Tensor slope = Autodiff.grad(f).apply(Tensor.of(2.0));                       // 12
 * Tensor curvature = Autodiff.grad(Autodiff.grad(f)).apply(Tensor.of(2.0));    // 12
 * }</pre>
 */
public final class Autodiff {
    private Autodiff() {}

    // ---- what a thread records ----

    /** Runs code without recording operations, as for predictions: no gradient flows through its results. */
    public static <T> T noGrad(Supplier<T> body) {
        return Mode.current().recording(false, body);
    }

    /** Runs code without recording operations. */
    public static void noGrad(Runnable body) {
        noGrad(() -> {
            body.run();
            return Boolean.TRUE;
        });
    }

    /**
     * Runs code and checks every result, forward and backward: the first operation that makes a NaN or an infinity is a
     * {@link NonFiniteException} that names it, its shapes and the line that called it. Slow; for finding a fault.
     */
    public static <T> T detectAnomaly(Supplier<T> body) {
        return Mode.current().listening(Anomaly.INSTANCE, body);
    }

    /** Runs code and checks every result, see {@link #detectAnomaly(Supplier)}. */
    public static void detectAnomaly(Runnable body) {
        detectAnomaly(() -> {
            body.run();
            return Boolean.TRUE;
        });
    }

    // ---- reverse mode ----

    /**
     * Returns the gradient of a function with one element as its result: {@code x ↦ ∂f/∂x}, of x's shape. Zero where f does not depend on
     * x.
     */
    public static UnaryOperator<Tensor> grad(Function<? super Tensor, Tensor> f) {
        return x -> differentiate(f, x).gradient();
    }

    /** Returns the function's value together with its gradient, computed in one go. */
    public static Function<Tensor, ValueAndGrad> valueAndGrad(Function<? super Tensor, Tensor> f) {
        return x -> differentiate(f, x);
    }

    private static ValueAndGrad differentiate(Function<? super Tensor, Tensor> f, Tensor x) {
        return recorded(keep -> {
            Tensor leaf = tracked(x);
            Tensor y = f.apply(leaf);
            if (y.size() != 1) {
                throw new GradientException("grad: the function must give one number, got shape " + y.shape()
                        + "; reduce it with sum(), or use vjp");
            }
            Tensor g = pull(y, y.onesLike(), leaf);
            return new ValueAndGrad(
                    outside(y, keep, List.of(leaf)), g == null ? x.zerosLike() : outside(g, keep, List.of(leaf)));
        });
    }

    /**
     * Returns the gradients of a single number with respect to some tensors that it was computed from, without touching
     * {@link Tensor#grad}; zeros for one that it does not depend on. The sweep is recorded unless in noGrad, so that the
     * gradients can be differentiated again, and the graph is kept.
     */
    public static List<Tensor> gradients(Tensor output, List<Tensor> inputs) {
        if (output.size() != 1) {
            throw new GradientException("gradients: expected a tensor of one element, got shape " + output.shape()
                    + "; reduce it with sum(), or give a seed");
        }
        return gradients(output, output.onesLike(), inputs);
    }

    /** Returns the gradients of {@code Σ seed·output} with respect to some tensors, see {@link #gradients(Tensor, List)}. */
    public static List<Tensor> gradients(Tensor output, Tensor seed, List<Tensor> inputs) {
        Node root = output.node();
        if (root == null) {
            throw new GradientException("gradients: the output of shape " + output.shape()
                    + " depends on no tensor that requires a gradient; make the inputs with requireGrad()");
        }
        Sweep.checkGradient("gradients: seed", seed, root);
        Node[] targets = new Node[inputs.size()];
        for (int i = 0; i < targets.length; i++) {
            Node node = inputs.get(i).node();
            if (node == null) {
                throw new GradientException("gradients: input " + i + " of shape "
                        + inputs.get(i).shape() + " requires no gradient; make it with requireGrad()");
            }
            targets[i] = node;
        }
        @Nullable
        Tensor[] found =
                Sweep.gradients(root, seed, targets, true, Mode.current().isRecording());
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < targets.length; i++) {
            Tensor g = found[i];
            result.add(g == null ? inputs.get(i).zerosLike() : g);
        }
        return result;
    }

    /** Returns the vector-Jacobian product {@code x ↦ gᵀ·∂f/∂x}, of x's shape, for a g of the result's shape. */
    public static Tensor vjp(Function<? super Tensor, Tensor> f, Tensor x, Tensor g) {
        return recorded(keep -> {
            Tensor leaf = tracked(x);
            Tensor pulled = pull(f.apply(leaf), g, leaf);
            return pulled == null ? x.zerosLike() : outside(pulled, keep, List.of(leaf));
        });
    }

    /** Returns the transpose of the Jacobian times g, or null where y does not depend on the leaf. */
    private static @Nullable Tensor pull(Tensor y, Tensor g, Tensor leaf) {
        Node root = y.node();
        Node target = leaf.node();
        if (root == null || target == null) {
            return null;
        }
        Sweep.checkGradient("vjp: cotangent", g, root);
        // Another leaf, or a point that itself was computed, means that somebody may differentiate the gradient again.
        return Sweep.gradients(
                root, g, new Node[] {target}, target.op != null, target.op != null ? Boolean.TRUE : null)[0];
    }

    // ---- forward mode ----

    /** Returns the Jacobian-vector product {@code ∂f/∂x·t}, of the result's shape: the directional derivative of f at x along t. */
    public static Tensor jvp(Function<? super Tensor, Tensor> f, Tensor x, Tensor t) {
        return jvp(points -> List.of(f.apply(points.get(0))), List.of(x), List.of(t))
                .get(0);
    }

    /**
     * Returns the directional derivative of each result of a function of several tensors: {@code Σⱼ ∂fᵢ/∂xⱼ·tⱼ}, of the shape of result i;
     * zeros for a result that does not depend on any of them.
     */
    public static List<Tensor> jvp(Function<? super List<Tensor>, List<Tensor>> f, List<Tensor> xs, List<Tensor> ts) {
        if (xs.size() != ts.size()) {
            throw new GradientException("jvp: " + xs.size() + " points need as many tangents, got " + ts.size());
        }
        return recorded(keep -> {
            List<Tensor> leaves = new ArrayList<>();
            Map<Node, Tensor> tangents = new IdentityHashMap<>();
            for (int i = 0; i < xs.size(); i++) {
                Tensor leaf = tracked(xs.get(i));
                Node node = Objects.requireNonNull(leaf.node());
                Sweep.checkGradient("jvp: tangent " + i, ts.get(i), node);
                tangents.put(node, ts.get(i));
                leaves.add(leaf);
            }
            List<Tensor> ys = f.apply(leaves);
            @Nullable Tensor[] pushed = ForwardSweep.push(tangents, ys.toArray(new Tensor[0]));
            List<Tensor> result = new ArrayList<>();
            for (int i = 0; i < ys.size(); i++) {
                Tensor t = pushed[i];
                result.add(t == null ? ys.get(i).zerosLike() : outside(t, keep, leaves));
            }
            return result;
        });
    }

    /** Returns the Hessian-vector product {@code ∂²f/∂x²·v} of a function with one element as its result, forward over reverse. */
    public static Tensor hvp(Function<? super Tensor, Tensor> f, Tensor x, Tensor v) {
        return jvp(grad(f), x, v);
    }

    // ---- common ----

    /** Runs code that must record, whatever the thread does outside, and tells it what that is. */
    private static <T> T recorded(Function<Boolean, T> body) {
        Mode mode = Mode.current();
        boolean outside = mode.isRecording();
        return mode.recording(true, () -> body.apply(outside));
    }

    /**
     * Returns the point as the function sees it: a new leaf, or, where the point depends on something that may be differentiated as well,
     * a copy that stays connected.
     */
    private static Tensor tracked(Tensor x) {
        return x.requiresGrad() ? x.identity() : x.requireGrad();
    }

    /**
     * Cuts a result off from leaves that only this class knows, so that nothing is kept alive for a derivative that nobody can ask for;
     * a result that depends on anything else stays connected, unless the thread does not record.
     */
    private static Tensor outside(Tensor result, boolean recording, List<Tensor> leaves) {
        Node root = result.node();
        if (root == null || (recording && !Sweep.dependsOnlyOn(root, leaves))) {
            return result;
        }
        return result.detach();
    }
}
