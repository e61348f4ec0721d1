package dev.autodiff.examples.goldens;

import com.google.gson.JsonObject;
import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.examples.goldens.Precision.Bound;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks values, gradients, Hessians, Jacobians and higher derivatives of well-known functions. */
final class FunctionCheck {
    private static final Pattern POWER = Pattern.compile("x\\^(\\d+)");

    private static final Map<String, UnaryOperator<Tensor>> FUNCTIONS = Map.of(
            "powell",
            FunctionCheck::powell,
            "powell_of_z",
            z -> {
                Tensor a = z.select(0, 0);
                Tensor b = z.select(0, 1);
                return powell(Tensor.stack(
                        0, a.sub(b), a.square(), b.square(), a.square().add(a.mul(b))));
            },
            "rosenbrock",
            CompositeCalls::rosenbrock,
            "beale",
            FunctionCheck::beale,
            "speelpenning",
            x -> {
                Tensor product = x.select(0, 0);
                for (int i = 1; i < x.size(0); i++) {
                    product = product.mul(x.select(0, i));
                }
                return product;
            },
            "baydin_example",
            x -> {
                Tensor b = x.select(0, 1);
                Tensor a = x.select(0, 0);
                return a.log().add(a.mul(b)).sub(b.sin());
            },
            "logsumexp_quadratic",
            x -> x.logSumExp().add(x.sum().square().mul(0.5)),
            "helmholtz",
            FunctionCheck::helmholtz);

    private static final Map<String, UnaryOperator<Tensor>> VECTOR_FUNCTIONS = Map.of(
            "polar",
            x -> {
                Tensor radius = x.select(0, 0);
                Tensor angle = x.select(0, 1);
                return Tensor.stack(0, radius.mul(angle.cos()), radius.mul(angle.sin()));
            },
            "softmax",
            x -> x.softmax(0),
            "cumprod",
            x -> {
                Tensor[] products = new Tensor[x.size(0)];
                for (int i = 0; i < products.length; i++) {
                    products[i] = i == 0 ? x.select(0, 0) : products[i - 1].mul(x.select(0, i));
                }
                return Tensor.stack(0, products);
            });

    private static final Map<String, UnaryOperator<Tensor>> SCALAR_FUNCTIONS = Map.ofEntries(
            Map.entry("tanh", Tensor::tanh),
            Map.entry("sigmoid", Tensor::sigmoid),
            Map.entry("exp", Tensor::exp),
            Map.entry("sin", Tensor::sin),
            Map.entry("cos", Tensor::cos),
            Map.entry("log", Tensor::log),
            Map.entry("sqrt", Tensor::sqrt),
            Map.entry("softplus", Tensor::softplus),
            Map.entry("1/x", Tensor::reciprocal),
            Map.entry("exp_sin", x -> x.sin().exp()),
            Map.entry("x*exp(-x^2)", x -> x.mul(x.square().neg().exp())),
            Map.entry("sqrt(1+x^2)", x -> x.square().add(1).sqrt()));

    private FunctionCheck() {}

    static Verdict function(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        DType dtype = precision.dtype();
        UnaryOperator<Tensor> f = find(FUNCTIONS, Json.text(entry.get("name"), "name"));
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
        List<Tensor> rows = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            rows.add(Autodiff.hvp(f, x, unit(x, i)));
        }
        differences.add(
                "hessian",
                Tensor.stack(0, rows.toArray(new Tensor[0])),
                Json.tensor(entry.get("hessian"), "hessian", dtype),
                Precision.SECOND_ORDER);
        return differences.verdict();
    }

    static Verdict jacobian(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        DType dtype = precision.dtype();
        UnaryOperator<Tensor> f = find(VECTOR_FUNCTIONS, Json.text(entry.get("name"), "name"));
        Tensor x = Json.tensor(entry.get("x"), "x", dtype);
        Tensor value = f.apply(x);
        Tensor wanted = Json.tensor(entry.get("jacobian"), "jacobian", dtype);
        Differences differences = new Differences(precision);
        differences.add("value", value, Json.tensor(entry.get("value"), "value", dtype), Precision.FIRST_ORDER);
        List<Tensor> rows = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            rows.add(Autodiff.vjp(f, x, unit(value, i)));
        }
        differences.add(
                "jacobian by rows", Tensor.stack(0, rows.toArray(new Tensor[0])), wanted, Precision.FIRST_ORDER);
        List<Tensor> columns = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            columns.add(Autodiff.jvp(f, x, unit(x, i)));
        }
        differences.add(
                "jacobian by columns", Tensor.stack(1, columns.toArray(new Tensor[0])), wanted, Precision.SECOND_ORDER);
        return differences.verdict();
    }

    static Verdict higherDerivatives(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        String name = Json.text(entry.get("f"), "f");
        Matcher power = POWER.matcher(name);
        UnaryOperator<Tensor> f;
        if (power.matches()) {
            int exponent = Integer.parseInt(power.group(1));
            f = x -> x.pow(exponent);
        } else {
            f = find(SCALAR_FUNCTIONS, name);
        }
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

    private static UnaryOperator<Tensor> find(Map<String, UnaryOperator<Tensor>> functions, String name) {
        UnaryOperator<Tensor> f = functions.get(name);
        if (f == null) {
            throw new UnknownException(name);
        }
        return f;
    }

    private static Tensor unit(Tensor like, int i) {
        return Tensor.eye(like.dtype(), like.size()).select(0, i).reshape(like.shape());
    }

    private static Tensor powell(Tensor x) {
        Tensor a = x.select(0, 0);
        Tensor b = x.select(0, 1);
        Tensor c = x.select(0, 2);
        Tensor d = x.select(0, 3);
        return a.add(b.mul(10))
                .square()
                .add(c.sub(d).square().mul(5))
                .add(b.add(c.mul(2)).pow(4))
                .add(a.sub(d).pow(4).mul(10));
    }

    private static Tensor beale(Tensor p) {
        Tensor x = p.select(0, 0);
        Tensor y = p.select(0, 1);
        double[] targets = {1.5, 2.25, 2.625};
        Tensor sum = x.mul(0);
        for (int i = 0; i < targets.length; i++) {
            sum = sum.add(x.mul(y.pow(i + 1)).sub(x).add(targets[i]).square());
        }
        return sum;
    }

    /** The Helmholtz energy of a gas mixture: Griewank, "Evaluating Derivatives", with the constants of the golden file. */
    private static Tensor helmholtz(Tensor x) {
        int n = x.size(0);
        double[] b = new double[n];
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            b[i] = 0.1 / (i + 1);
            for (int j = 0; j < n; j++) {
                a[i][j] = 0.1 / (i + j + 1);
            }
        }
        double root2 = Math.sqrt(2);
        Tensor bx = Tensor.of(b).to(x.dtype()).matmul(x);
        Tensor ideal = x.mul(x.div(bx.neg().add(1)).log()).sum();
        Tensor attraction = x.matmul(Tensor.of(a).to(x.dtype())).matmul(x);
        Tensor ratio = bx.mul(1 + root2).add(1).div(bx.mul(1 - root2).add(1));
        return ideal.sub(attraction.div(bx.mul(Math.sqrt(8))).mul(ratio.log()));
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
