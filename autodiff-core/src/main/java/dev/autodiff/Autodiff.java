package dev.autodiff;

import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
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
     * x. What f is given is no parameter: {@link InPlace} refuses it.
     */
    public static UnaryOperator<Tensor> grad(Function<? super Tensor, Tensor> f) {
        return gradient("grad", f);
    }

    /** Returns the gradient as {@link #grad} does, for another operation that is named in messages. */
    private static UnaryOperator<Tensor> gradient(String operation, Function<? super Tensor, Tensor> f) {
        return x -> differentiate(operation, f, x).gradient();
    }

    /** Returns the function's value together with its gradient, computed in one go. */
    public static Function<Tensor, ValueAndGrad> valueAndGrad(Function<? super Tensor, Tensor> f) {
        return x -> differentiate("valueAndGrad", f, x);
    }

    private static ValueAndGrad differentiate(String operation, Function<? super Tensor, Tensor> f, Tensor x) {
        Linearization near = Linearization.of(operation, xs -> f.apply(xs.get(0)), List.of(x));
        return new ValueAndGrad(near.value(), near.vjp(seed(operation, near.value())));
    }

    /** Returns the cotangent 1 of a function's value, which must be one number. */
    private static Tensor seed(String operation, Tensor value) {
        if (value.size() != 1) {
            throw new GradientException(operation + ": the function must give one number, got shape " + value.shape()
                    + "; reduce it with sum(), or use vjp or jacobian");
        }
        return value.onesLike();
    }

    /**
     * Returns the gradients of a single number with respect to some tensors that it was computed from, without touching
     * {@link Tensor#grad}. The sweep is recorded unless in noGrad, so that the gradients can be differentiated again, and the graph is kept.
     *
     * @throws GradientException if the output does not depend on one of the inputs, which is more often a mistake than meant; where it is
     *     meant, use {@link #gradientsOrZeros(Tensor, List)}
     */
    public static List<Tensor> gradients(Tensor output, List<Tensor> inputs) {
        Operands.check("gradients", 0, output);
        Operands.check("gradients", 1, inputs);
        return gradients(output, one("gradients", output), inputs);
    }

    /** Returns the gradients of {@code Σ seed·output} with respect to some tensors, see {@link #gradients(Tensor, List)}. */
    public static List<Tensor> gradients(Tensor output, Tensor seed, List<Tensor> inputs) {
        Operands.check("gradients", 0, output, seed);
        Operands.check("gradients", 2, inputs);
        if (output.node() == null) {
            throw new GradientException("gradients: the output of shape " + output.shape()
                    + " depends on no tensor that requires a gradient; make the inputs with requireGrad()");
        }
        @Nullable Tensor[] found = sweep("gradients", output, seed, inputs);
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            Tensor g = found[i];
            if (g == null) {
                throw new GradientException(
                        "gradients: the output does not depend on input " + i
                                + described(inputs.get(i))
                                + "; compute it from this very tensor, leave the input out, or use gradientsOrZeros if a zero is meant");
            }
            result.add(g);
        }
        return result;
    }

    /** Returns gradients as {@link #gradients(Tensor, List)} does, and zeros for an input that the output does not depend on. */
    public static List<Tensor> gradientsOrZeros(Tensor output, List<Tensor> inputs) {
        Operands.check("gradientsOrZeros", 0, output);
        Operands.check("gradientsOrZeros", 1, inputs);
        return gradientsOrZeros(output, one("gradientsOrZeros", output), inputs);
    }

    /** Returns gradients as {@link #gradients(Tensor, Tensor, List)} does, and zeros for an input that the output does not depend on. */
    public static List<Tensor> gradientsOrZeros(Tensor output, Tensor seed, List<Tensor> inputs) {
        Operands.check("gradientsOrZeros", 0, output, seed);
        Operands.check("gradientsOrZeros", 2, inputs);
        @Nullable Tensor[] found = sweep("gradientsOrZeros", output, seed, inputs);
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            Tensor g = found[i];
            result.add(g == null ? inputs.get(i).zerosLike() : g);
        }
        return result;
    }

    /** Returns the gradient by each input, null where the output does not depend on it. */
    private static @Nullable Tensor[] sweep(String operation, Tensor output, Tensor seed, List<Tensor> inputs) {
        Node[] targets = new Node[inputs.size()];
        for (int i = 0; i < targets.length; i++) {
            Node node = inputs.get(i).node();
            if (node == null) {
                throw new GradientException(operation + ": input " + i + described(inputs.get(i))
                        + " requires no gradient; make it with requireGrad()");
            }
            targets[i] = node;
        }
        Node root = output.node();
        if (root == null) {
            return new Tensor[targets.length];
        }
        Sweep.checkGradient(operation + ": seed", seed, root);
        return Sweep.gradients(root, seed, targets, true, Mode.current().isRecording());
    }

    private static Tensor one(String operation, Tensor output) {
        if (output.size() != 1) {
            throw new GradientException(operation + ": expected a tensor of one element, got shape " + output.shape()
                    + "; reduce it with sum(), or give a seed");
        }
        return output.onesLike();
    }

    private static String described(Tensor x) {
        return (x.name() == null ? "" : ", '" + x.name() + "',") + " of shape " + x.shape();
    }

    /** Returns the vector-Jacobian product {@code x ↦ gᵀ·∂f/∂x}, of x's shape, for a g of the result's shape. */
    public static Tensor vjp(Function<? super Tensor, Tensor> f, Tensor x, Tensor g) {
        Operands.check("vjp", 0, x, g);
        return linearize("vjp", f, x).vjp(g);
    }

    /** Returns {@code gᵀ·∂f/∂xᵢ} for each argument of a function of several tensors, each of its argument's shape. */
    public static List<Tensor> vjp(Function<? super List<Tensor>, Tensor> f, List<Tensor> xs, Tensor g) {
        Operands.check("vjp", 0, xs);
        Operands.check("vjp", xs.size(), g);
        return Linearization.of("vjp", f, xs).pull(g);
    }

    // ---- forward mode ----

    /** Returns the Jacobian-vector product {@code ∂f/∂x·t}, of the result's shape: the directional derivative of f at x along t. */
    public static Tensor jvp(Function<? super Tensor, Tensor> f, Tensor x, Tensor t) {
        Operands.check("jvp", 0, x, t);
        return push("jvp", f, x, t);
    }

    /**
     * Returns the directional derivative of each result of a function of several tensors: {@code Σⱼ ∂fᵢ/∂xⱼ·tⱼ}, of the shape of result i;
     * zeros for a result that does not depend on any of them.
     */
    public static List<Tensor> jvp(Function<? super List<Tensor>, List<Tensor>> f, List<Tensor> xs, List<Tensor> ts) {
        Operands.check("jvp", 0, xs);
        Operands.check("jvp", xs.size(), ts);
        if (xs.size() != ts.size()) {
            throw new GradientException("jvp: " + xs.size() + " points need as many tangents, got " + ts.size());
        }
        return push("jvp", f, xs, ts);
    }

    private static Tensor push(String operation, Function<? super Tensor, Tensor> f, Tensor x, Tensor t) {
        return push(operation, points -> Collections.singletonList(f.apply(points.get(0))), List.of(x), List.of(t))
                .get(0);
    }

    /** Returns the directional derivatives as {@link #jvp} does, for another operation that is named in messages. */
    private static List<Tensor> push(
            String operation, Function<? super List<Tensor>, List<Tensor>> f, List<Tensor> xs, List<Tensor> ts) {
        return Scope.recorded(keep -> {
            List<Tensor> leaves = new ArrayList<>();
            Map<Node, Tensor> tangents = new IdentityHashMap<>();
            for (int i = 0; i < xs.size(); i++) {
                Tensor leaf = Scope.tracked(operation, xs.get(i), keep);
                Node node = Objects.requireNonNull(leaf.node());
                Sweep.checkTangent(operation + ": tangent " + i, ts.get(i), node);
                tangents.put(node, ts.get(i));
                leaves.add(leaf);
            }
            List<Tensor> ys = Objects.requireNonNull(f.apply(leaves), () -> operation + ": the function returned null");
            ys.forEach(y -> Objects.requireNonNull(y, () -> operation + ": the function returned null"));
            @Nullable Tensor[] pushed = ForwardSweep.push(tangents, ys.toArray(new Tensor[0]));
            List<Tensor> result = new ArrayList<>();
            for (int i = 0; i < ys.size(); i++) {
                Tensor t = pushed[i];
                result.add(t == null ? ys.get(i).zerosLike() : Scope.outside(t, keep, leaves));
            }
            return result;
        });
    }

    /** Returns the Hessian-vector product {@code ∂²f/∂x²·v} of a function with one element as its result, forward over reverse. */
    public static Tensor hvp(Function<? super Tensor, Tensor> f, Tensor x, Tensor v) {
        Operands.check("hvp", 0, x, v);
        if (!v.shape().equals(x.shape()) || v.dtype() != x.dtype()) {
            throw new ShapeException("hvp: expected a vector like the point, " + x.dtype() + " " + x.shape() + ", got "
                    + v.dtype() + " " + v.shape());
        }
        return push("hvp", gradient("hvp", f), x, v);
    }

    /**
     * Runs a function once at x and returns its value together with its products {@code J·t} and {@code Jᵀ·g}, as many as one likes,
     * without running it again.
     */
    public static Linearization linearize(Function<? super Tensor, Tensor> f, Tensor x) {
        Operands.check("linearize", 0, x);
        return linearize("linearize", f, x);
    }

    private static Linearization linearize(String operation, Function<? super Tensor, Tensor> f, Tensor x) {
        return Linearization.of(operation, xs -> f.apply(xs.get(0)), List.of(x));
    }

    // ---- capture and replay ----

    /**
     * Returns a function that does the same, faster: the first two calls for a combination of shapes and types run the Java code and
     * note the operations, backward sweeps and updates of parameters that it asks for; later calls run these alone, in buffers that are
     * used again and again.
     *
     * <p>The Java code does not run then, so what changes from call to call must come in as an argument, or be read by
     * {@link InPlace#update} as an optimizer's learning rate is, or come from a {@link Generator}. The two first calls are compared; a
     * number or branch that differs is an error that names the operation, and so is a look at an element inside the function. Results
     * never change later. A parameter keeps its gradient only if no update inside has used it. No gradient flows through the function from
     * outside, so an argument that requires one is refused: compile the derivative instead.
     *
     * @throws IllegalStateException from the calls, if the function does not do the same each time or looks at an element, as described
     * @throws IllegalArgumentException from the calls, if an argument has another number of axes than before or would make a ninth combination
     *     of shapes and types
     */
    public static Compiled compile(UnaryOperator<Tensor> f) {
        return new Compiled(1, xs -> Collections.singletonList(f.apply(xs.get(0))));
    }

    /** Returns a function of two tensors that does the same, faster; see {@link #compile(UnaryOperator)}. */
    public static Compiled compile(BinaryOperator<Tensor> f) {
        return new Compiled(2, xs -> Collections.singletonList(f.apply(xs.get(0), xs.get(1))));
    }

    /** Returns a computation without arguments that does the same, faster; see {@link #compile(UnaryOperator)}. */
    public static Compiled compile(Supplier<Tensor> f) {
        return new Compiled(0, xs -> Collections.singletonList(f.get()));
    }

    /** Returns a function of any number of tensors that does the same, faster; see {@link #compile(UnaryOperator)}. */
    public static Compiled compileAll(Function<List<Tensor>, List<Tensor>> f) {
        return new Compiled(Compiled.ANY, f);
    }

    // ---- matrices of derivatives ----

    /** Returns the function {@code x ↦ ∂f/∂x}, see {@link #jacobian(Function, Tensor)}. */
    public static UnaryOperator<Tensor> jacobian(Function<? super Tensor, Tensor> f) {
        return x -> jacobian(f, x);
    }

    /**
     * Returns the Jacobian {@code out[i…, j…] = ∂f[i…]/∂x[j…]}, of the result's shape followed by x's. The function runs once; then there is
     * a backward sweep for each element of the result, or, if x has fewer, a forward sweep for each element of x.
     */
    public static Tensor jacobian(Function<? super Tensor, Tensor> f, Tensor x) {
        Operands.check("jacobian", 0, x);
        return linearize("jacobian", f, x).jacobian();
    }

    /** Returns ∂f/∂xᵢ for each argument of a function of several tensors, see {@link #jacobian(Function, Tensor)}. */
    public static List<Tensor> jacobian(Function<? super List<Tensor>, Tensor> f, List<Tensor> xs) {
        Operands.check("jacobian", 0, xs);
        return Linearization.of("jacobian", f, xs).jacobians();
    }

    /** Returns the function {@code x ↦ ∂²f/∂x²}, see {@link #hessian(Function, Tensor)}. */
    public static UnaryOperator<Tensor> hessian(Function<? super Tensor, Tensor> f) {
        return x -> hessian(f, x);
    }

    /**
     * Returns the Hessian {@code out[i…, j…] = ∂²f/∂x[i…]∂x[j…]} of a function with one element as its result, of x's shape twice; forward
     * over reverse: the gradient is computed once, then there is a forward sweep for each element of x. Where only products with
     * vectors are needed, {@link #hvp} or {@code linearize(grad(f), x)} is cheaper.
     */
    public static Tensor hessian(Function<? super Tensor, Tensor> f, Tensor x) {
        Operands.check("hessian", 0, x);
        return linearize("hessian", gradient("hessian", f), x).byColumns().get(0);
    }

    /** Returns the blocks {@code out[i][j] = ∂²f/∂xᵢ∂xⱼ} for the arguments of a function of several tensors, each of xᵢ's shape followed by xⱼ's. */
    public static List<List<Tensor>> hessian(Function<? super List<Tensor>, Tensor> f, List<Tensor> xs) {
        Operands.check("hessian", 0, xs);
        List<Tensor> columns = Linearization.of(
                        "hessian",
                        points -> {
                            Linearization near = Linearization.of("hessian", f, points);
                            return Tensor.concat(
                                    0,
                                    near.pull(seed("hessian", near.value())).stream()
                                            .map(Tensor::flatten)
                                            .toArray(Tensor[]::new));
                        },
                        xs)
                .byColumns();
        List<List<Tensor>> blocks = new ArrayList<>();
        int from = 0;
        for (Tensor x : xs) {
            int start = from;
            List<Tensor> row = new ArrayList<>();
            for (int j = 0; j < xs.size(); j++) {
                row.add(columns.get(j)
                        .narrow(0, start, x.size())
                        .reshape(x.shape().concat(xs.get(j).shape())));
            }
            blocks.add(row);
            from += x.size();
        }
        return blocks;
    }

    // ---- what a derivative sees ----

    /** Returns a tensor with the same elements that no gradient and no tangent flows through: its derivative counts as zero. */
    public static Tensor stopGradient(Tensor x) {
        Operands.check("stopGradient", 0, x);
        return x.detach();
    }

    /**
     * Returns f(x), and keeps of its computation nothing but the result: for a derivative the function runs again, so that memory is saved
     * and time spent. Gradients flow to x and to whatever else the function uses, the parameters of a layer for example, with the same bits
     * as without; checkpoints nest, and derivatives of any order exist.
     *
     * <p>The function must do the same each time that it runs and change nothing: random numbers come from a generator that it makes
     * itself, {@code Generator.seeded(…)} or {@code Generator.resumed(state)}. A run that gives another value, uses other tensors or sees an
     * overwritten parameter is a {@link GradientException}. Training deep nets with sublinear memory: Chen et al., arXiv:1604.06174.
     */
    public static Tensor checkpoint(Function<? super Tensor, Tensor> f, Tensor x) {
        Operands.check("checkpoint", 0, x);
        return Checkpoint.run(() -> f.apply(x), List.of(x));
    }

    /** Returns f(xs) of several tensors, and runs it again for derivatives, see {@link #checkpoint(Function, Tensor)}. */
    public static Tensor checkpoint(Function<? super List<Tensor>, Tensor> f, List<Tensor> xs) {
        Operands.check("checkpoint", 0, xs);
        List<Tensor> inputs = List.copyOf(xs);
        return Checkpoint.run(() -> f.apply(inputs), inputs);
    }

    // ---- rules of one's own ----

    /**
     * Returns the function f with {@code gᵀ·∂f/∂x} given by a rule, for a derivative that is known better than that of the computation, or
     * a gradient that is to be changed on its way. Forward mode follows from the rule by transposing it. For several tensors, write a
     * {@link CustomOp}.
     *
     * <pre>{@code
     * var clipped = Autodiff.customVjp(x -> x, (x, out, g) -> g.clamp(-1, 1));
     * }</pre>
     *
     * @throws GradientException on a call, if f uses a tensor besides x that requires a gradient, since the rule gives none for it
     */
    public static UnaryOperator<Tensor> customVjp(Function<? super Tensor, Tensor> f, VjpRule rule) {
        CustomOp op = new CustomRule.OfVjp(f, rule);
        return x -> op.apply(x);
    }

    /**
     * Returns the function f with {@code ∂f/∂x·t} given by a rule. Reverse mode follows from the rule by transposing it.
     *
     * @throws GradientException on a call, if f uses a tensor besides x that requires a gradient, since the rule gives none for it
     */
    public static UnaryOperator<Tensor> customJvp(Function<? super Tensor, Tensor> f, JvpRule rule) {
        CustomOp op = new CustomRule.OfJvp(f, rule);
        return x -> op.apply(x);
    }

    // ---- solutions of equations ----

    /**
     * Returns the x with {@code f(x, θ) = 0} that Newton's method finds from a start, as a function of θ. The search is not recorded: the
     * derivatives come from the implicit function theorem, {@code ∂x/∂θ = −(∂f/∂x)⁻¹·∂f/∂θ}, with linear systems that are solved by products
     * with the Jacobian (GMRES), so that they are exact at the root and of any order.
     *
     * @param f as many equations as unknowns, of x's shape; what it uses besides x and θ must require no gradient
     * @param start not differentiated
     * @throws ConvergenceException if no root is found, or ∂f/∂x is singular there
     */
    public static Tensor implicitRoot(BiFunction<Tensor, Tensor, Tensor> f, Tensor start, Tensor theta) {
        Operands.check("implicitRoot", 0, start, theta);
        return implicitRoot((Tensor x, List<Tensor> ts) -> f.apply(x, ts.get(0)), start, List.of(theta));
    }

    /** Returns the root as a function of several tensors θ, see {@link #implicitRoot(BiFunction, Tensor, Tensor)}. */
    public static Tensor implicitRoot(BiFunction<Tensor, List<Tensor>, Tensor> f, Tensor start, List<Tensor> theta) {
        Operands.check("implicitRoot", 0, start);
        Operands.check("implicitRoot", 1, theta);
        return ImplicitRoot.newton("implicitRoot", f, start, theta);
    }

    /**
     * Returns the root that a solver of your own finds for θ, with derivatives as those of
     * {@link #implicitRoot(BiFunction, Tensor, Tensor)}.
     *
     * @param solver any code; nothing that it does is recorded
     * @throws ConvergenceException if what it returns is no root
     */
    public static Tensor implicitRoot(
            BiFunction<Tensor, List<Tensor>, Tensor> f,
            Function<? super List<Tensor>, Tensor> solver,
            List<Tensor> theta) {
        Operands.check("implicitRoot", 0, theta);
        return ImplicitRoot.solved("implicitRoot", f, solver, theta);
    }

    /**
     * Returns the x with {@code x = step(x, θ)} to which repeated steps from a start lead, as a function of θ. The steps are not recorded;
     * the derivatives are those of {@link #implicitRoot(BiFunction, Tensor, Tensor)} for {@code x − step(x, θ)}.
     *
     * @throws ConvergenceException if the steps do not come to rest
     */
    public static Tensor fixedPoint(BiFunction<Tensor, Tensor, Tensor> step, Tensor start, Tensor theta) {
        Operands.check("fixedPoint", 0, start, theta);
        return fixedPoint((Tensor x, List<Tensor> ts) -> step.apply(x, ts.get(0)), start, List.of(theta));
    }

    /** Returns the fixed point as a function of several tensors θ, see {@link #fixedPoint(BiFunction, Tensor, Tensor)}. */
    public static Tensor fixedPoint(BiFunction<Tensor, List<Tensor>, Tensor> step, Tensor start, List<Tensor> theta) {
        Operands.check("fixedPoint", 0, start);
        Operands.check("fixedPoint", 1, theta);
        return ImplicitRoot.fixedPoint("fixedPoint", step, start, theta);
    }
}
