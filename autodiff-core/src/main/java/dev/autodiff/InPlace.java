package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.DTypeException;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The only operations that overwrite a tensor, for optimizers: they change parameters (leaves that require a gradient) and buffers,
 * and nothing else. They are never recorded. A backward pass over values that were overwritten since is a {@link GradientException}.
 */
public final class InPlace {
    private InPlace() {}

    /** Returns zeros that these operations may overwrite: the memory of an optimizer or a layer. */
    public static Tensor buffer(DType dtype, Shape shape) {
        Tensor buffer = Tensor.allocate(shape, dtype);
        buffer.allowChanges();
        return buffer;
    }

    /**
     * Tells whether these operations may overwrite a tensor: it is a parameter or a buffer, or one of them {@linkplain Tensor#detach
     * detached}, which is the same memory; not a view in another shape or a result of an operation.
     */
    public static boolean canChange(Tensor tensor) {
        return tensor.isChangeable();
    }

    /**
     * Runs a change of a parameter or buffer by a value: now and, in a compiled step, at each later run, when {@code change} reads anew
     * whatever numbers it uses. An optimizer calls its own update so.
     *
     * @param name what it is, for messages
     * @param change is given the target and the value
     */
    public static void update(String name, Tensor target, Tensor value, BiConsumer<Tensor, Tensor> change) {
        OpListener listener = Mode.listening();
        if (listener == null) {
            change.accept(target, value);
        } else {
            listener.update(name, target, value, change);
        }
    }

    /**
     * Runs a change of a parameter by its gradient, see {@link #update}. The gradient is lent for this time: an access through that tensor
     * afterwards is an {@link IllegalStateException}, since its memory may be used again as soon as the parameter forgets it.
     *
     * @return whether there was a gradient
     */
    public static boolean descend(String name, Tensor parameter, BiConsumer<Tensor, Tensor> change) {
        Node node = parameter.node();
        if (node == null) {
            return false;
        }
        return node.lendGradient(gradient -> update(name, parameter, gradient, change));
    }

    /**
     * Copies the elements of {@code value} into {@code target}.
     *
     * @throws IllegalArgumentException if target is neither a parameter nor a buffer, or shapes or types differ
     */
    public static void assign(Tensor target, Tensor value) {
        update("assign", target, value, (t, v) -> {
            Storage to = target("assign", t);
            match("assign", t, v);
            System.arraycopy(v.array(), 0, to.array(), 0, to.size());
            to.changed();
        });
    }

    /** {@code p = p − lr·(g + weightDecay·p)}; with g the gradient of the loss this is {@code p = (1 − lr·weightDecay)·p − lr·g}. */
    public static void sgd(Tensor p, Tensor g, double lr, double weightDecay) {
        OpListener listener = Mode.listening();
        if (listener == null) { // no lambda where nobody listens
            changeSgd(p, g, lr, weightDecay);
        } else {
            listener.update(List.of("sgd", lr, weightDecay), p, g, (q, h) -> changeSgd(q, h, lr, weightDecay));
        }
    }

    private static void changeSgd(Tensor q, Tensor h, double lr, double weightDecay) {
        Storage to = target("sgd", q);
        match("sgd", q, h);
        Floats.of(q.dtype()).updates().sgd(to.array(), h.array(), lr, weightDecay, to.size());
        to.changed();
    }

    /**
     * {@code d = g + weightDecay·p; b = momentum·b + (1 − dampening)·d}, on the first step {@code b = d};
     * {@code p = p − lr·b}, or with Nesterov's method {@code p = p − lr·(d + momentum·b)}.
     */
    public static void momentum(
            Tensor p,
            Tensor g,
            Tensor b,
            double lr,
            double weightDecay,
            double momentum,
            double dampening,
            boolean nesterov,
            boolean first) {
        OpListener listener = Mode.listening();
        if (listener == null) { // no lambda where nobody listens
            changeMomentum(p, g, b, lr, weightDecay, momentum, dampening, nesterov, first);
        } else {
            listener.update(
                    List.of("momentum", lr, weightDecay, momentum, dampening, nesterov, first),
                    p,
                    g,
                    (q, h) -> changeMomentum(q, h, b, lr, weightDecay, momentum, dampening, nesterov, first));
        }
    }

    private static void changeMomentum(
            Tensor q,
            Tensor h,
            Tensor b,
            double lr,
            double weightDecay,
            double momentum,
            double dampening,
            boolean nesterov,
            boolean first) {
        Storage to = target("momentum", q);
        Storage memory = target("momentum", b);
        match("momentum", q, h);
        match("momentum", q, b);
        Floats.of(q.dtype())
                .updates()
                .momentum(
                        to.array(),
                        h.array(),
                        memory.array(),
                        lr,
                        weightDecay,
                        momentum,
                        dampening,
                        nesterov,
                        first,
                        to.size());
        to.changed();
        memory.changed();
    }

    /**
     * {@code d = g + weightDecay·p; m = beta1·m + (1 − beta1)·d; v = beta2·v + (1 − beta2)·d²;}
     * {@code p = p·(1 − decoupledDecay) − stepSize·m / (√v / rootCorrection + eps)}: Kingma and Ba, "Adam", ICLR 2015, with
     * {@code stepSize = lr / (1 − beta1^t)} and {@code rootCorrection = √(1 − beta2^t)} at step t.
     */
    public static void adam(
            Tensor p,
            Tensor g,
            Tensor m,
            Tensor v,
            double stepSize,
            double rootCorrection,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            double decoupledDecay) {
        OpListener listener = Mode.listening();
        if (listener == null) { // no lambda where nobody listens
            changeAdam(p, g, m, v, stepSize, rootCorrection, beta1, beta2, eps, weightDecay, decoupledDecay);
        } else {
            listener.update(
                    List.of("adam", stepSize, rootCorrection, beta1, beta2, eps, weightDecay, decoupledDecay),
                    p,
                    g,
                    (q, h) -> changeAdam(
                            q, h, m, v, stepSize, rootCorrection, beta1, beta2, eps, weightDecay, decoupledDecay));
        }
    }

    private static void changeAdam(
            Tensor q,
            Tensor h,
            Tensor m,
            Tensor v,
            double stepSize,
            double rootCorrection,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            double decoupledDecay) {
        Storage to = target("adam", q);
        Storage first = target("adam", m);
        Storage second = target("adam", v);
        match("adam", q, h);
        match("adam", q, m);
        match("adam", q, v);
        Floats.of(q.dtype())
                .updates()
                .adam(
                        to.array(),
                        h.array(),
                        first.array(),
                        second.array(),
                        stepSize,
                        rootCorrection,
                        beta1,
                        beta2,
                        eps,
                        weightDecay,
                        decoupledDecay,
                        to.size());
        to.changed();
        first.changed();
        second.changed();
    }

    private static Storage target(String operation, Tensor target) {
        if (!canChange(target)) {
            throw new IllegalArgumentException(operation + ": the target of shape " + target.shape()
                    + " is neither a parameter nor a buffer and never changes; use requireGrad() or InPlace.buffer");
        }
        return target.storage();
    }

    private static void match(String operation, Tensor target, Tensor value) {
        if (!target.shape().equals(value.shape())) {
            throw new ShapeException(operation + ": expected shape " + target.shape() + ", got " + value.shape());
        }
        if (target.dtype() != value.dtype()) {
            throw new DTypeException(
                    operation + ": expected " + target.dtype() + ", got " + value.dtype() + "; convert with to(DType)");
        }
    }
}
