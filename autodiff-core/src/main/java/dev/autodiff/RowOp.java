package dev.autodiff;

import dev.autodiff.kernel.Rows;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * Softmax, cross-entropy and their backward formulas, along the last axis. The backward formulas are operations of their own, so
 * that a backward pass is one kernel and can be differentiated again. In the formulas p is the softmax of x along the row.
 */
enum RowOp implements Primitive {
    SOFTMAX("softmax", "p_j = exp(x_j) / Σ_k exp(x_k)", Keep.OUTPUT) {
        @Override
        void run(Rows<Object> kernels, Tensor[] in, Tensor out, int rows, int n) {
            kernels.softmax(in[0].array(), out.array(), rows, n);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {Engine.apply(SOFTMAX_GRADIENT, g, s.output())};
        }

        @Override
        Tensor push(int input, Tensor t, Saved s) {
            return Engine.apply(SOFTMAX_GRADIENT, t, s.output()); // the Jacobian is symmetric
        }
    },

    LOG_SOFTMAX("logSoftmax", "x_j − log Σ_k exp(x_k)", Keep.OUTPUT) {
        @Override
        void run(Rows<Object> kernels, Tensor[] in, Tensor out, int rows, int n) {
            kernels.logSoftmax(in[0].array(), out.array(), rows, n);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {Engine.apply(LOG_SOFTMAX_GRADIENT, g, s.output())};
        }

        @Override
        Tensor push(int input, Tensor t, Saved s) {
            return t.sub(rowSum(s.output().exp().mul(t)));
        }
    },

    /** Inputs g and s, a softmax. */
    @PyTorchName("")
    SOFTMAX_GRADIENT("softmaxGradient", "s_j·(g_j − Σ_k g_k·s_k)", Keep.INPUTS) {
        @Override
        void run(Rows<Object> kernels, Tensor[] in, Tensor out, int rows, int n) {
            kernels.softmaxGradient(in[0].array(), in[1].array(), out.array(), rows, n);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor h, Saved saved) {
            Tensor g = saved.input(0);
            Tensor s = saved.input(1);
            return new Tensor[] {
                saved.needs(0) ? Engine.apply(SOFTMAX_GRADIENT, h, s) : null,
                saved.needs(1) ? h.mul(g.sub(rowSum(g.mul(s)))).sub(g.mul(rowSum(h.mul(s)))) : null
            };
        }

        @Override
        Tensor push(int input, Tensor t, Saved saved) {
            Tensor g = saved.input(0);
            Tensor s = saved.input(1);
            return input == 0
                    ? Engine.apply(SOFTMAX_GRADIENT, t, s)
                    : t.mul(g.sub(rowSum(g.mul(s)))).sub(s.mul(rowSum(g.mul(t))));
        }
    },

    /** Inputs g and l, a log-softmax. */
    @PyTorchName("")
    LOG_SOFTMAX_GRADIENT("logSoftmaxGradient", "g_j − exp(l_j)·Σ_k g_k", Keep.INPUTS) {
        @Override
        void run(Rows<Object> kernels, Tensor[] in, Tensor out, int rows, int n) {
            kernels.logSoftmaxGradient(in[0].array(), in[1].array(), out.array(), rows, n);
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor h, Saved saved) {
            Tensor g = saved.input(0);
            Tensor p = saved.input(1).exp();
            return new Tensor[] {
                saved.needs(0) ? h.sub(rowSum(h.mul(p))) : null,
                saved.needs(1) ? h.mul(p).mul(rowSum(g)).neg() : null
            };
        }

        @Override
        Tensor push(int input, Tensor t, Saved saved) {
            Tensor p = saved.input(1).exp();
            return input == 0
                    ? t.sub(p.mul(rowSum(t)))
                    : t.mul(p).mul(rowSum(saved.input(0))).neg();
        }
    },

    /** Inputs x, the logits, and y: class numbers (int64, without the last axis) or probabilities. */
    @PyTorchName("cross_entropy")
    CROSS_ENTROPY("softmaxCrossEntropy", "−Σ_j y_j·log p_j", Keep.INPUTS) {
        @Override
        Shape shape(Tensor[] in) {
            return checkTarget(in[0], in[1]);
        }

        @Override
        void run(Rows<Object> kernels, Tensor[] in, Tensor out, int rows, int n) {
            if (in[1].dtype() == DType.INT64) {
                kernels.crossEntropy(in[0].array(), classes(in[1], n), out.array(), rows, n);
            } else {
                kernels.crossEntropy(in[0].array(), in[1].array(), out.array(), rows, n);
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor g, Saved s) {
            Tensor x = s.input(0);
            Tensor y = s.input(1);
            return new Tensor[] {
                s.needs(0) ? Engine.apply(CROSS_ENTROPY_GRADIENT, g, x, y) : null,
                s.needs(1) ? column(g).mul(x.logSoftmax(-1)).neg() : null
            };
        }

        @Override
        Tensor push(int input, Tensor t, Saved s) {
            Tensor x = s.input(0);
            Tensor one = Tensor.ones(x.dtype(), s.outputShape());
            Tensor byInput = input == 0
                    ? Engine.apply(CROSS_ENTROPY_GRADIENT, one, x, s.input(1))
                    : x.logSoftmax(-1).neg();
            return byInput.mul(t).sum(-1);
        }
    },

    /** Inputs g, without the last axis, x and y as for the cross-entropy. */
    @PyTorchName("")
    CROSS_ENTROPY_GRADIENT("softmaxCrossEntropyGradient", "g·(p_j·Σ_k y_k − y_j)", Keep.INPUTS) {
        @Override
        Shape shape(Tensor[] in) {
            Shape losses = checkTarget(in[1], in[2]);
            if (!in[0].shape().equals(losses)) {
                throw new ShapeException(
                        label() + ": expected a cotangent of shape " + losses + ", got " + in[0].shape());
            }
            return in[1].shape();
        }

        @Override
        void run(Rows<Object> kernels, Tensor[] in, Tensor out, int rows, int n) {
            if (in[2].dtype() == DType.INT64) {
                kernels.crossEntropyGradient(in[0].array(), in[1].array(), classes(in[2], n), out.array(), rows, n);
            } else {
                kernels.crossEntropyGradient(in[0].array(), in[1].array(), in[2].array(), out.array(), rows, n);
            }
        }

        @Override
        public @Nullable Tensor[] vjp(Tensor h, Saved s) {
            Tensor g = s.input(0);
            Tensor x = s.input(1);
            Tensor y = s.input(2);
            return new Tensor[] {
                s.needs(0) ? h.mul(delta(x, y)).sum(-1) : null,
                s.needs(1) ? Engine.apply(SOFTMAX_GRADIENT, weighted(h.mul(column(g)), y), x.softmax(-1)) : null,
                s.needs(2) ? column(g).mul(rowSum(h.mul(x.softmax(-1))).sub(h)) : null
            };
        }

        @Override
        Tensor push(int input, Tensor t, Saved s) {
            Tensor x = s.input(1);
            Tensor y = s.input(2);
            return switch (input) {
                case 0 -> column(t).mul(delta(x, y));
                case 1 -> weighted(column(s.input(0)), y).mul(Engine.apply(SOFTMAX_GRADIENT, t, x.softmax(-1)));
                default -> column(s.input(0)).mul(x.softmax(-1).mul(rowSum(t)).sub(t));
            };
        }

        private Tensor delta(Tensor x, Tensor y) {
            return Engine.apply(
                    CROSS_ENTROPY_GRADIENT, Tensor.ones(x.dtype(), x.shape().slice(0, x.rank() - 1)), x, y);
        }

        /** Multiplies by Σ_k y_k of each row, which is 1 for class numbers. */
        private Tensor weighted(Tensor h, Tensor y) {
            return y.dtype() == DType.INT64 ? h : h.mul(rowSum(y));
        }
    };

    private final String label;
    private final String formula;
    private final Keep keeps;

    RowOp(String label, String formula, Keep keeps) {
        this.label = label;
        this.formula = formula;
        this.keeps = keeps;
    }

    abstract void run(Rows<Object> kernels, Tensor[] in, Tensor out, int rows, int n);

    /** Returns the JVP of one input's tangent. */
    abstract Tensor push(int input, Tensor t, Saved saved);

    /** Checks the inputs and returns the shape of the result. */
    Shape shape(Tensor[] in) {
        if (in[0].rank() == 0) {
            throw new ShapeException(label + ": expected at least one axis, got shape []");
        }
        return in[0].shape();
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String formula() {
        return formula;
    }

    @Override
    public Keep keeps() {
        return keeps;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        Shape shape = shape(in);
        DType dtype = Engine.floating(label, in[0]);
        Tensor out = Tensor.unwritten(shape, dtype);
        compute(in, out);
        return out;
    }

    @Override
    public void compute(Tensor[] in, Tensor out) {
        Tensor rowed = this == CROSS_ENTROPY_GRADIENT ? in[1] : in[0];
        int n = rowed.shape().size(-1);
        if (out.size() > 0 && n > 0) {
            run(Floats.of(out.dtype()).rows(), in, out, rowed.size() / n, n);
        }
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return Tangents.sum(tangents, (i, t) -> push(i, t, saved));
    }

    private static Tensor rowSum(Tensor x) {
        return x.sum(true, -1);
    }

    private static Tensor column(Tensor g) {
        return g.reshape(g.shape().insert(g.rank(), 1));
    }

    /** Returns class numbers, which may be others each time that a step runs, after checking that all exist. */
    private static long[] classes(Tensor y, int n) {
        long[] labels = y.data().int64();
        for (long label : labels) {
            if (label < 0 || label >= n) {
                throw new IndexOutOfBoundsException("softmaxCrossEntropy: class number " + label
                        + " is out of range for " + n + " classes, expected 0 to " + (n - 1));
            }
        }
        return labels;
    }

    /** Checks logits x against the target y and returns the shape of the losses. */
    private static Shape checkTarget(Tensor x, Tensor y) {
        String name = "softmaxCrossEntropy";
        Engine.floating(name, x);
        if (x.rank() == 0 || x.shape().size(-1) == 0) {
            throw new ShapeException(name + ": expected logits of shape […, classes], got " + x.shape());
        }
        Shape losses = x.shape().slice(0, x.rank() - 1);
        if (y.dtype() == DType.INT64) {
            if (!y.shape().equals(losses)) {
                throw new ShapeException(name + ": logits of shape " + x.shape() + " need class numbers of shape "
                        + losses + ", got " + y.shape());
            }
            return losses;
        }
        Engine.floating(name, x, y);
        if (!y.shape().equals(x.shape())) {
            throw new ShapeException(
                    name + ": logits of shape " + x.shape() + " need target probabilities of the same shape, got "
                            + y.shape() + "; or class numbers (int64) of shape " + losses);
        }
        return losses;
    }
}
