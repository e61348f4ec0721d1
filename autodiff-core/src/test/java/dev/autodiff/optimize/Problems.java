package dev.autodiff.optimize;

import dev.autodiff.Tensor;

/** Functions that minimisers are usually tried on, most of them from Moré, Garbow and Hillstrom, ACM TOMS 7 (1981). */
final class Problems {
    private Problems() {}

    static Tensor at(Tensor x, int i) {
        return x.select(0, i);
    }

    /** {@code Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²}; 0 at (1, …, 1). */
    static Tensor rosenbrock(Tensor x) {
        return rosenbrockResiduals(x).square().sum();
    }

    static Tensor rosenbrockResiduals(Tensor x) {
        int n = x.size();
        Tensor head = x.slice(0, 0, n - 1);
        Tensor tail = x.slice(0, 1, n);
        return Tensor.concat(0, tail.sub(head.square()).mul(10), head.neg().add(1));
    }

    /** Start of Rosenbrock's function: −1.2, 1, −1.2, 1, … */
    static Tensor rosenbrockStart(int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = i % 2 == 0 ? -1.2 : 1;
        }
        return Tensor.of(x);
    }

    static Tensor powellResiduals(Tensor x, double third) {
        return Tensor.stack(
                0,
                at(x, 0).add(at(x, 1).mul(10)),
                at(x, 2).sub(at(x, 3)).mul(Math.sqrt(5)),
                at(x, 1).add(at(x, 2).mul(third)).square(),
                at(x, 0).sub(at(x, 3)).square().mul(Math.sqrt(10)));
    }

    /** Powell's singular function; 0 at 0, where the Hessian is singular. */
    static Tensor powellSingular(Tensor x) {
        return powellResiduals(x, -2).square().sum();
    }

    /** The lecture's variant: {@code (x1+10x2)² + 5(x3−x4)² + (x2+2x3)⁴ + 10(x1−x4)⁴}; 0 at 0. */
    static Tensor lecture(Tensor x) {
        return powellResiduals(x, 2).square().sum();
    }

    /** Beale's function; 0 at (3, ½). */
    static Tensor beale(Tensor x) {
        Tensor sum = at(x, 0).mul(0);
        double[] targets = {1.5, 2.25, 2.625};
        for (int i = 0; i < targets.length; i++) {
            sum = sum.add(
                    at(x, 0).mul(at(x, 1).pow(i + 1).sub(1)).add(targets[i]).square());
        }
        return sum;
    }

    /** Himmelblau's function; 0 at (3, 2) and three other points, a maximum at (−0.270845, −0.923039). */
    static Tensor himmelblau(Tensor x) {
        return at(x, 0).square()
                .add(at(x, 1))
                .sub(11)
                .square()
                .add(at(x, 0).add(at(x, 1).square()).sub(7).square());
    }

    /** {@code −(cos²x + cos²y)²}; −4 at multiples of π, maximum 0 and saddles between. */
    static Tensor cosines(Tensor x) {
        return x.cos().square().sum().square().neg();
    }
}
