package dev.autodiff.examples.goldens;

import com.google.gson.JsonObject;
import dev.autodiff.Autodiff;
import dev.autodiff.Linearization;
import dev.autodiff.Tensor;
import dev.autodiff.examples.goldens.Precision.Bound;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Checks values, gradients, Hessians, Jacobians and higher derivatives of well-known functions. */
final class FunctionCheck {
    private FunctionCheck() {}

    static Verdict function(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        DType dtype = precision.dtype();
        UnaryOperator<Tensor> f = TestFunctions.scalar(Json.text(entry.get("name"), "name"), formula(entry));
        Tensor x = Json.tensor(entry.get("x"), "x", dtype);
        Differences differences = new Differences(precision);
        differences.add(
                "value",
                f.apply(x),
                Tensor.of(Json.number(entry.get("value"), "value")).to(dtype),
                Precision.FIRST_ORDER);
        differences.add(
                "gradient",
                Autodiff.grad(f).apply(x),
                Json.tensor(entry.get("gradient"), "gradient", dtype),
                Precision.FIRST_ORDER);
        differences.add(
                "hessian",
                Autodiff.hessian(f, x),
                Json.tensor(entry.get("hessian"), "hessian", dtype),
                Precision.SECOND_ORDER);
        return differences.verdict();
    }

    static Verdict jacobian(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        DType dtype = precision.dtype();
        UnaryOperator<Tensor> f = TestFunctions.vector(Json.text(entry.get("name"), "name"), formula(entry));
        Tensor x = Json.tensor(entry.get("x"), "x", dtype);
        Tensor wanted = Json.tensor(entry.get("jacobian"), "jacobian", dtype);
        Differences differences = new Differences(precision);
        differences.add("value", f.apply(x), Json.tensor(entry.get("value"), "value", dtype), Precision.FIRST_ORDER);
        differences.add("jacobian", Autodiff.jacobian(f, x), wanted, Precision.FIRST_ORDER);
        // Both modes, whichever of them the Jacobian took: Jᵀ·g and J·t against the recorded matrix.
        Linearization near = Autodiff.linearize(f, x);
        Tensor matrix = wanted.reshape(near.value().size(), x.size());
        Tensor g = Tensor.linspace(-1, 2, near.value().size()).to(dtype);
        Tensor t = Tensor.linspace(2, -1, x.size()).to(dtype);
        differences.add(
                "jacobian by reverse mode",
                near.vjp(g.reshape(near.value().shape())).flatten(),
                g.matmul(matrix),
                Precision.FIRST_ORDER);
        differences.add(
                "jacobian by forward mode",
                near.jvp(t.reshape(x.shape())).flatten(),
                matrix.matmul(t),
                Precision.SECOND_ORDER);
        return differences.verdict();
    }

    static Verdict higherDerivatives(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        UnaryOperator<Tensor> f = TestFunctions.ofOneNumber(Json.text(entry.get("f"), "f"), formula(entry));
        Tensor x = Tensor.of(Json.number(entry.get("x"), "x")).to(precision.dtype());
        double[] derivatives = Json.numbers(entry.get("derivatives"), "derivatives");
        Differences differences = new Differences(precision);
        for (int k = 0; k < derivatives.length; k++) {
            differences.add(
                    "derivative " + k,
                    f.apply(x),
                    Tensor.of(derivatives[k]).to(precision.dtype()),
                    k < 2 ? Precision.FIRST_ORDER : Precision.SECOND_ORDER);
            f = Autodiff.grad(f);
        }
        return differences.verdict();
    }

    private static String formula(JsonObject entry) {
        return Json.isNull(entry.get("expr")) ? "" : Json.text(entry.get("expr"), "expr");
    }

    /** Gathers the mismatches of one unit. */
    static final class Differences {
        private final Precision precision;
        private final List<Mismatch> mismatches = new ArrayList<>();

        Differences(Precision precision) {
            this.precision = precision;
        }

        void add(String what, Tensor got, Tensor want, double relative) {
            add(what, got, want, new Bound(relative));
        }

        void add(String what, Tensor got, Tensor want, Bound bound) {
            Mismatch mismatch = precision.compare(what, got, List.of(want), bound);
            if (mismatch != null) {
                mismatches.add(mismatch);
            }
        }

        Verdict verdict() {
            return Verdict.of(mismatches);
        }
    }
}
