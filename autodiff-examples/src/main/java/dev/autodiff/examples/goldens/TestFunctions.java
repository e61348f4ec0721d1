package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The usual functions that minimisers and derivatives are tried on, by the names under which they are known. A name that is missing
 * here is looked up by its formula, where that can be read.
 */
final class TestFunctions {
    private static final Map<String, UnaryOperator<Tensor>> SCALAR = new HashMap<>();
    private static final Map<String, UnaryOperator<Tensor>> VECTOR = new HashMap<>();
    private static final Map<String, UnaryOperator<Tensor>> OF_ONE_NUMBER = new HashMap<>();

    static {
        SCALAR.put("powell", TestFunctions::powell);
        SCALAR.put("powell_singular", TestFunctions::powellSingular);
        SCALAR.put("powell_of_z", z -> {
            Tensor a = at(z, 0);
            Tensor b = at(z, 1);
            return powell(
                    Tensor.stack(0, a.sub(b), a.square(), b.square(), a.square().add(a.mul(b))));
        });
        SCALAR.put("rosenbrock", CompositeCalls::rosenbrock);
        SCALAR.put("beale", TestFunctions::beale);
        SCALAR.put("speelpenning", TestFunctions::product);
        SCALAR.put(
                "baydin_example",
                x -> at(x, 0).log().add(at(x, 0).mul(at(x, 1))).sub(at(x, 1).sin()));
        SCALAR.put(
                "logsumexp_quadratic", x -> x.logSumExp().add(x.sum().square().mul(0.5)));
        SCALAR.put("logsumexp", x -> x.logSumExp());
        SCALAR.put("helmholtz", TestFunctions::helmholtz);
        SCALAR.put("sphere", x -> x.square().sum());
        SCALAR.put("rastrigin", TestFunctions::rastrigin);
        SCALAR.put("ackley", TestFunctions::ackley);
        SCALAR.put("griewank", TestFunctions::griewank);
        SCALAR.put(
                "styblinski_tang",
                x -> x.pow(4).sub(x.square().mul(16)).add(x.mul(5)).sum().mul(0.5));
        SCALAR.put("himmelblau", p -> {
            Tensor x = at(p, 0);
            Tensor y = at(p, 1);
            return x.square()
                    .add(y)
                    .sub(11)
                    .square()
                    .add(x.add(y.square()).sub(7).square());
        });
        SCALAR.put("booth", p -> {
            Tensor x = at(p, 0);
            Tensor y = at(p, 1);
            return x.add(y.mul(2)).sub(7).square().add(x.mul(2).add(y).sub(5).square());
        });
        SCALAR.put(
                "matyas",
                p -> p.square().sum().mul(0.26).sub(at(p, 0).mul(at(p, 1)).mul(0.48)));
        SCALAR.put("wood", TestFunctions::wood);
        SCALAR.put("brown", TestFunctions::brown);
        SCALAR.put(
                "easom",
                p -> product(p.cos())
                        .mul(p.sub(Math.PI).square().sum().neg().exp())
                        .neg());
        SCALAR.put("three_hump_camel", p -> {
            Tensor x = at(p, 0);
            Tensor y = at(p, 1);
            return x.square()
                    .mul(2)
                    .sub(x.pow(4).mul(1.05))
                    .add(x.pow(6).div(6))
                    .add(x.mul(y))
                    .add(y.square());
        });
        SCALAR.put("six_hump_camel", p -> {
            Tensor x = at(p, 0);
            Tensor y = at(p, 1);
            return x.square()
                    .mul(4)
                    .sub(x.pow(4).mul(2.1))
                    .add(x.pow(6).div(3))
                    .add(x.mul(y))
                    .sub(y.square().mul(4))
                    .add(y.pow(4).mul(4));
        });
        SCALAR.put("mccormick", p -> {
            Tensor x = at(p, 0);
            Tensor y = at(p, 1);
            return x.add(y)
                    .sin()
                    .add(x.sub(y).square())
                    .sub(x.mul(1.5))
                    .add(y.mul(2.5))
                    .add(1);
        });
        SCALAR.put("cosines", p -> p.cos().square().sum().square().neg());

        VECTOR.put("polar", x -> Tensor.stack(0, at(x, 0).mul(at(x, 1).cos()), at(x, 0).mul(at(x, 1).sin())));
        VECTOR.put("spherical", p -> {
            Tensor r = at(p, 0);
            Tensor theta = at(p, 1);
            Tensor phi = at(p, 2);
            Tensor equator = r.mul(theta.sin());
            return Tensor.stack(0, equator.mul(phi.cos()), equator.mul(phi.sin()), r.mul(theta.cos()));
        });
        VECTOR.put("softmax", x -> x.softmax(0));
        VECTOR.put("log_softmax", x -> x.logSoftmax(0));
        VECTOR.put("normalize", x -> x.div(x.square().sum().sqrt()));
        VECTOR.put("cumprod", x -> {
            Tensor[] products = new Tensor[x.size(0)];
            for (int i = 0; i < products.length; i++) {
                products[i] = i == 0 ? at(x, 0) : products[i - 1].mul(at(x, i));
            }
            return Tensor.stack(0, products);
        });
        VECTOR.put("cumsum", x -> {
            Tensor[] sums = new Tensor[x.size(0)];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = i == 0 ? at(x, 0) : sums[i - 1].add(at(x, i));
            }
            return Tensor.stack(0, sums);
        });

        OF_ONE_NUMBER.put("exp_sin", x -> x.sin().exp());
        OF_ONE_NUMBER.put("sin_exp", x -> x.exp().sin());
        OF_ONE_NUMBER.put("gaussian", x -> x.square().neg().exp());
        OF_ONE_NUMBER.put("runge", x -> x.square().mul(25).add(1).reciprocal());
    }

    private TestFunctions() {}

    /** Returns a function with one number as its result. */
    static UnaryOperator<Tensor> scalar(String name, String formula) {
        UnaryOperator<Tensor> f = find(SCALAR, name, formula);
        return x -> {
            Tensor y = f.apply(x);
            if (y.size() != 1) {
                throw new UnknownException(name); // the formula is not what it seemed
            }
            return y.reshape();
        };
    }

    /** Returns a function with several numbers as its result. */
    static UnaryOperator<Tensor> vector(String name, String formula) {
        UnaryOperator<Tensor> f = VECTOR.containsKey(name.toLowerCase(Locale.ROOT)) ? null : Formula.named(name);
        return f != null ? f : find(VECTOR, name, formula);
    }

    /** Returns a function of one number, whose name may be its formula. */
    static UnaryOperator<Tensor> ofOneNumber(String name, String formula) {
        UnaryOperator<Tensor> f = Formula.named(name);
        return f != null ? f : find(OF_ONE_NUMBER, name, formula.isEmpty() ? name : formula);
    }

    private static UnaryOperator<Tensor> find(
            Map<String, UnaryOperator<Tensor>> functions, String name, String formula) {
        UnaryOperator<Tensor> known = functions.get(name.toLowerCase(Locale.ROOT));
        @Nullable UnaryOperator<Tensor> f = known != null ? known : Formula.parse(formula);
        if (f == null) {
            throw new UnknownException(name);
        }
        return f;
    }

    private static Tensor at(Tensor x, int i) {
        return x.select(0, i);
    }

    private static Tensor product(Tensor x) {
        Tensor product = at(x, 0);
        for (int i = 1; i < x.size(0); i++) {
            product = product.mul(at(x, i));
        }
        return product;
    }

    /** The lecture's variant, with {@code (x2 + 2·x3)⁴}. */
    private static Tensor powell(Tensor x) {
        return powell(x, 2);
    }

    /** Powell's singular function: {@code (x2 − 2·x3)⁴} in the third term. */
    private static Tensor powellSingular(Tensor x) {
        return powell(x, -2);
    }

    private static Tensor powell(Tensor x, double third) {
        Tensor a = at(x, 0);
        Tensor b = at(x, 1);
        Tensor c = at(x, 2);
        Tensor d = at(x, 3);
        return a.add(b.mul(10))
                .square()
                .add(c.sub(d).square().mul(5))
                .add(b.add(c.mul(third)).pow(4))
                .add(a.sub(d).pow(4).mul(10));
    }

    private static Tensor beale(Tensor p) {
        Tensor x = at(p, 0);
        Tensor y = at(p, 1);
        double[] targets = {1.5, 2.25, 2.625};
        Tensor sum = x.mul(0);
        for (int i = 0; i < targets.length; i++) {
            sum = sum.add(x.mul(y.pow(i + 1)).sub(x).add(targets[i]).square());
        }
        return sum;
    }

    /** {@code 10·n + Σ xᵢ² − 10·cos(2π·xᵢ)}. */
    private static Tensor rastrigin(Tensor x) {
        return x.square().sub(x.mul(2 * Math.PI).cos().mul(10)).add(10).sum();
    }

    /** {@code −20·exp(−0.2·√mean(x²)) − exp(mean(cos 2π·x)) + 20 + e}. */
    private static Tensor ackley(Tensor x) {
        Tensor bowl = x.square().mean().sqrt().mul(-0.2).exp().mul(-20);
        return bowl.sub(x.mul(2 * Math.PI).cos().mean().exp()).add(20 + Math.E);
    }

    /** {@code 1 + Σ xᵢ²/4000 − Π cos(xᵢ/√i)}. */
    private static Tensor griewank(Tensor x) {
        Tensor roots = Tensor.linspace(1, x.size(), x.size()).sqrt().to(x.dtype());
        return x.square().sum().div(4000).sub(product(x.div(roots).cos())).add(1);
    }

    /** Wood's function of four variables, as Colville's. */
    private static Tensor wood(Tensor x) {
        Tensor a = at(x, 0);
        Tensor b = at(x, 1);
        Tensor c = at(x, 2);
        Tensor d = at(x, 3);
        Tensor first = a.square().sub(b).square().mul(100).add(a.sub(1).square());
        Tensor second = c.square().sub(d).square().mul(90).add(c.sub(1).square());
        Tensor third = b.sub(1).square().add(d.sub(1).square()).mul(10.1);
        return first.add(second).add(third).add(b.sub(1).mul(d.sub(1)).mul(19.8));
    }

    /** {@code Σ (xᵢ²)^(xᵢ₊₁² + 1) + (xᵢ₊₁²)^(xᵢ² + 1)}. */
    private static Tensor brown(Tensor x) {
        Tensor a = x.slice(0, 0, x.size() - 1).square();
        Tensor b = x.slice(0, 1, x.size()).square();
        return a.pow(b.add(1)).add(b.pow(a.add(1))).sum();
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
}
