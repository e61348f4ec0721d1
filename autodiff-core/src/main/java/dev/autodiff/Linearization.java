package dev.autodiff;

import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function near a point: {@code f(x + t) ≈ f(x) + J·t}. The function ran once; every product with its Jacobian J = ∂f/∂x reads what that
 * run recorded, so that many products cost no more runs:
 *
 * <pre>{@code
 * Linearization near = Autodiff.linearize(f, x);
 * near.value();                       // f(x)
 * near.jvp(t);                        // J·t
 * near.vjp(g);                        // Jᵀ·g
 * near.jacobian();
 * }</pre>
 *
 * <p>What was recorded is kept as long as this object is. A parameter that is overwritten meanwhile makes the products a
 * {@link GradientException}.
 */
public final class Linearization {
    private final List<Tensor> xs;
    private final List<Tensor> leaves;
    private final Tensor y;
    private final Tensor value;
    /** Whether the products depend on the given points alone, so that nobody can differentiate them again. */
    private final boolean closed;

    private Linearization(List<Tensor> xs, List<Tensor> leaves, Tensor y, Tensor value) {
        this.xs = xs;
        this.leaves = leaves;
        this.y = y;
        this.value = value;
        Node root = y.node();
        this.closed = root == null || Tape.dependsOnlyOn(root, leaves);
    }

    /**
     * Runs a function once.
     *
     * @param operation what the user called, for messages
     */
    static Linearization of(String operation, Function<? super List<Tensor>, Tensor> f, List<Tensor> xs) {
        return Scope.recorded(keep -> {
            List<Tensor> leaves =
                    xs.stream().map(x -> Scope.tracked(operation, x, keep)).toList();
            Tensor y = Objects.requireNonNull(f.apply(leaves), () -> operation + ": the function returned null");
            if (!y.dtype().isFloating()) {
                throw new DTypeException(
                        operation + ": expected a function whose result is float32 or float64, got " + y.dtype()
                                + ", which has no derivative; compute the result without rounding it to whole numbers");
            }
            return new Linearization(List.copyOf(xs), leaves, y, Scope.outside(y, keep, leaves));
        });
    }

    /** Returns f(x). */
    public Tensor value() {
        return value;
    }

    /** Returns {@code J·t}, of the value's shape, for a t of the point's shape. */
    public Tensor jvp(Tensor t) {
        return push(List.of(t));
    }

    /** Returns {@code Jᵀ·g}, of the point's shape, for a g of the value's shape. */
    public Tensor vjp(Tensor g) {
        return pull(g).get(0);
    }

    /**
     * Returns the Jacobian, of the value's shape followed by the point's: {@code out[i…, j…] = ∂f[i…]/∂x[j…]}, by rows in reverse mode or
     * by columns in forward mode, whichever are fewer.
     */
    public Tensor jacobian() {
        return jacobians().get(0);
    }

    List<Tensor> jacobians() {
        int inputs = xs.stream().mapToInt(Tensor::size).sum();
        return y.size() <= inputs ? byRows() : byColumns();
    }

    /** Returns {@code Σᵢ Jᵢ·tᵢ} over the points; a t that is null is zero. */
    Tensor push(List<? extends @Nullable Tensor> ts) {
        return Scope.recorded(keep -> {
            Map<Node, Tensor> tangents = new IdentityHashMap<>();
            boolean again = keep && !closed;
            for (int i = 0; i < leaves.size(); i++) {
                Tensor t = ts.get(i);
                if (t != null) {
                    Node node = Objects.requireNonNull(leaves.get(i).node());
                    Sweep.checkTangent("jvp: tangent " + i, t, node);
                    tangents.put(node, t);
                    again |= keep && t.requiresGrad();
                }
            }
            if (y.node() == null) {
                return y.zerosLike();
            }
            Tensor pushed = Mode.current().recording(again, () -> ForwardSweep.push(tangents, new Tensor[] {y})[0]);
            return pushed == null ? y.zerosLike() : pushed;
        });
    }

    /** Returns {@code Jᵢᵀ·g} for each point. */
    List<Tensor> pull(Tensor g) {
        return Scope.recorded(keep -> {
            if (!g.shape().equals(y.shape())) {
                throw new ShapeException(
                        "vjp: cotangent: expected a gradient of shape " + y.shape() + ", got " + g.shape());
            }
            Node root = y.node();
            @Nullable Tensor[] pulled = new Tensor[xs.size()];
            if (root != null) {
                Sweep.checkGradient("vjp: cotangent", g, root);
                Node[] targets = leaves.stream().map(Tensor::node).toArray(Node[]::new);
                pulled = Sweep.gradients(root, g, targets, true, keep && (!closed || g.requiresGrad()));
            }
            List<Tensor> result = new ArrayList<>();
            for (int i = 0; i < pulled.length; i++) {
                Tensor p = pulled[i];
                result.add(p == null ? xs.get(i).zerosLike() : p);
            }
            return result;
        });
    }

    /** Returns ∂f/∂xᵢ for each point, by a backward sweep for each element of the value. */
    private List<Tensor> byRows() {
        List<List<Tensor>> rows = new ArrayList<>();
        xs.forEach(x -> rows.add(new ArrayList<>()));
        for (int k = 0; k < y.size(); k++) {
            List<Tensor> pulled = pull(unit(y, k));
            for (int i = 0; i < xs.size(); i++) {
                rows.get(i).add(pulled.get(i));
            }
        }
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < xs.size(); i++) {
            result.add(joined(0, rows.get(i), y.shape().concat(xs.get(i).shape()), xs.get(i)));
        }
        return result;
    }

    /** Returns ∂f/∂xᵢ for each point, by a forward sweep for each of its elements. */
    List<Tensor> byColumns() {
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < xs.size(); i++) {
            Tensor x = xs.get(i);
            @Nullable Tensor[] t = new Tensor[xs.size()];
            List<Tensor> columns = new ArrayList<>();
            for (int k = 0; k < x.size(); k++) {
                t[i] = unit(x, k);
                columns.add(push(Arrays.asList(t)));
            }
            result.add(joined(y.rank(), columns, y.shape().concat(x.shape()), x));
        }
        return result;
    }

    private static Tensor joined(int axis, List<Tensor> parts, Shape shape, Tensor x) {
        if (parts.isEmpty()) {
            return Tensor.zeros(x.dtype(), shape);
        }
        return Tensor.stack(axis, parts.toArray(new Tensor[0])).reshape(shape).to(x.dtype());
    }

    /** Returns a tensor like another with 1 at a position in row-major order and 0 elsewhere. */
    private static Tensor unit(Tensor like, int position) {
        double[] values = new double[like.size()];
        values[position] = 1;
        return Tensor.of(values, like.shape()).to(like.dtype());
    }
}
