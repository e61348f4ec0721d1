package dev.autodiff;

import dev.autodiff.array.Storage;
import dev.autodiff.shape.DType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code out = x} in another element type; between the floating-point types it is differentiable. */
@PyTorchName("Tensor.to")
record Conversion(DType from, DType to) implements Primitive {
    @Override
    public String label() {
        return "to(" + to + ")";
    }

    @Override
    public String formula() {
        return "x rounded to the type; ≠ 0 for bool";
    }

    @Override
    public Keep keeps() {
        return Keep.NOTHING;
    }

    @Override
    public Tensor forward(Tensor[] in) {
        Tensor out = Tensor.unwritten(in[0].shape(), to);
        compute(in, out);
        return out;
    }

    @Override
    public void compute(Tensor[] in, Tensor result) {
        Storage source = in[0].data();
        Storage target = result.storage();
        int n = target.size();
        switch (to) {
            case FLOAT32 -> {
                float[] out = target.float32();
                for (int i = 0; i < n; i++) {
                    out[i] = (float) source.get(i);
                }
            }
            case FLOAT64 -> {
                double[] out = target.float64();
                for (int i = 0; i < n; i++) {
                    out[i] = source.get(i);
                }
            }
            case INT64 -> {
                long[] out = target.int64();
                for (int i = 0; i < n; i++) {
                    out[i] = (long) source.get(i);
                }
            }
            case BOOL -> {
                boolean[] out = target.bool();
                for (int i = 0; i < n; i++) {
                    out[i] = source.get(i) != 0;
                }
            }
        }
    }

    @Override
    public @Nullable Tensor[] vjp(Tensor g, Saved saved) {
        return new Tensor[] {g.to(from)};
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] tangents, Saved saved) {
        return Objects.requireNonNull(tangents[0]).to(to);
    }
}
