package dev.autodiff.optimize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nonlinear regression against certified values: NIST/ITL, "Statistical Reference Datasets, Nonlinear Regression" (StRD), problems Misra1a,
 * Thurber, MGH09 and Rat43, with both starts of each. The certified values have 11 digits.
 */
class NistTest {
    /**
     * A regression problem.
     *
     * @param model the value at x for parameters b
     * @param data y and x in turn
     * @param starts the two starts, a row each
     * @param certified the parameters
     * @param squares the certified sum of squares
     */
    record Problem(
            String name,
            BiFunction<Tensor, Tensor, Tensor> model,
            Tensor data,
            Tensor starts,
            Tensor certified,
            double squares) {
        Function<Tensor, Tensor> residuals() {
            Tensor rows = data.reshape(data.size() / 2, 2);
            Tensor y = rows.select(1, 0);
            Tensor x = rows.select(1, 1);
            return b -> model.apply(b, x).sub(y);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Tensor at(Tensor b, int i) {
        return b.select(0, i - 1);
    }

    static Stream<Problem> problems() {
        return Stream.of(
                new Problem(
                        "Misra1a",
                        (b, x) -> at(b, 1).mul(at(b, 2).mul(x).neg().expm1().neg()),
                        Tensor.of(new double[] {
                            10.07, 77.6, 14.73, 114.9, 17.94, 141.1, 23.93, 190.8, 29.61, 239.9, 35.18, 289.0, 40.02,
                            332.8, 44.82, 378.4, 50.76, 434.8, 55.05, 477.3, 61.01, 536.8, 66.40, 593.1, 75.47, 689.1,
                            81.78, 760.0
                        }),
                        Tensor.of(new double[][] {{500, 0.0001}, {250, 0.0005}}),
                        Tensor.of(new double[] {2.3894212918e+02, 5.5015643181e-04}),
                        1.2455138894e-01),
                new Problem(
                        "MGH09",
                        (b, x) -> at(b, 1).mul(x.square().add(x.mul(at(b, 2))))
                                .div(x.square().add(x.mul(at(b, 3))).add(at(b, 4))),
                        Tensor.of(new double[] {
                            0.1957, 4, 0.1947, 2, 0.1735, 1, 0.16, 0.5, 0.0844, 0.25, 0.0627, 0.167, 0.0456, 0.125,
                            0.0342, 0.1, 0.0323, 0.0833, 0.0235, 0.0714, 0.0246, 0.0625
                        }),
                        Tensor.of(new double[][] {{25, 39, 41.5, 39}, {0.25, 0.39, 0.415, 0.39}}),
                        Tensor.of(
                                new double[] {1.9280693458e-01, 1.9128232873e-01, 1.2305650693e-01, 1.3606233068e-01}),
                        3.0750560385e-04),
                new Problem(
                        "Rat43",
                        (b, x) -> at(b, 1).div(at(b, 2).sub(at(b, 3).mul(x))
                                .exp()
                                .add(1)
                                .pow(at(b, 4).reciprocal())),
                        Tensor.of(new double[] {
                            16.08, 1, 33.83, 2, 65.80, 3, 97.20, 4, 191.55, 5, 326.20, 6, 386.87, 7, 520.53, 8, 590.03,
                            9, 651.92, 10, 724.93, 11, 699.56, 12, 689.96, 13, 637.56, 14, 717.41, 15
                        }),
                        Tensor.of(new double[][] {{100, 10, 1, 1}, {700, 5, 0.75, 1.3}}),
                        Tensor.of(
                                new double[] {6.9964151270e+02, 5.2771253025e+00, 7.5962938329e-01, 1.2792483859e+00}),
                        8.7864049080e+03),
                new Problem(
                        "Thurber",
                        (b, x) -> at(b, 1).add(x.mul(at(b, 2)))
                                .add(x.pow(2).mul(at(b, 3)))
                                .add(x.pow(3).mul(at(b, 4)))
                                .div(x.mul(at(b, 5))
                                        .add(x.pow(2).mul(at(b, 6)))
                                        .add(x.pow(3).mul(at(b, 7)))
                                        .add(1)),
                        Tensor.of(new double[] {
                            80.574, -3.067, 84.248, -2.981, 87.264, -2.921, 87.195, -2.912, 89.076, -2.840, 89.608,
                            -2.797, 89.868, -2.702, 90.101, -2.699, 92.405, -2.633, 95.854, -2.481, 100.696, -2.363,
                            101.060, -2.322, 401.672, -1.501, 390.724, -1.460, 567.534, -1.274, 635.316, -1.212,
                            733.054, -1.100, 759.087, -1.046, 894.206, -0.915, 990.785, -0.714, 1090.109, -0.566,
                            1080.914, -0.545, 1122.643, -0.400, 1178.351, -0.309, 1260.531, -0.109, 1273.514, -0.103,
                            1288.339, 0.010, 1327.543, 0.119, 1353.863, 0.377, 1414.509, 0.790, 1425.208, 0.963,
                            1421.384, 1.006, 1442.962, 1.115, 1464.350, 1.572, 1468.705, 1.841, 1447.894, 2.047,
                            1457.628, 2.200
                        }),
                        Tensor.of(new double[][] {
                            {1000, 1000, 400, 40, 0.7, 0.3, 0.03}, {1300, 1500, 500, 75, 1, 0.4, 0.05}
                        }),
                        Tensor.of(new double[] {
                            1.2881396800e+03,
                            1.4910792535e+03,
                            5.8323836877e+02,
                            7.5416644291e+01,
                            9.6629502864e-01,
                            3.9797285797e-01,
                            4.9727297349e-02
                        }),
                        5.6427082397e+03));
    }

    /** How many digits agree: −log₁₀ of the relative difference, at most 11 as certified. */
    static double digits(double got, double want) {
        return got == want ? 11 : Math.min(11, -Math.log10(Math.abs(got - want) / Math.abs(want)));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void theCertifiedParametersGiveTheCertifiedSumOfSquares(Problem problem) {
        double squares =
                problem.residuals().apply(problem.certified()).square().sum().item();
        assertEquals(problem.squares(), squares, 2e-10 * problem.squares());
    }

    @ParameterizedTest
    @MethodSource("problems")
    void bothStartsLeadToTheCertifiedValues(Problem problem) {
        for (int k = 0; k < 2; k++) {
            Minimum fit = LevenbergMarquardt.create()
                    .minimize(problem.residuals(), problem.starts().select(0, k));
            assertTrue(fit.converged(), fit.message());
            double worst = digits(2 * fit.value(), problem.squares());
            assertTrue(worst > 9.5, () -> problem + ": sum of squares " + 2 * fit.value() + "; " + fit.message());
            for (int j = 0; j < fit.point().size(); j++) {
                double got = fit.point().get(j);
                double want = problem.certified().get(j);
                assertTrue(digits(got, want) > 8, () -> problem + ": got " + got + ", certified " + want);
            }
        }
    }

    /** The largest cosine of the angle between the residuals and a column of their Jacobian. */
    private static double cosine(Function<Tensor, Tensor> residuals, Tensor b) {
        Tensor jacobian = Autodiff.jacobian(residuals, b);
        Tensor r = residuals.apply(b);
        Tensor unit = r.div(r.abs().max());
        double worst = 0;
        for (int j = 0; j < b.size(); j++) {
            Tensor column = jacobian.select(1, j);
            Tensor scaled = column.div(column.abs().max());
            worst = Math.max(
                    worst,
                    Math.abs(scaled.dot(unit).item())
                            / (scaled.norm().item() * unit.norm().item()));
        }
        return worst;
    }

    /**
     * From (100, −0.1) the model of Misra1a is 10³⁴, and nothing but the distance from that start is small at the points on the way: the sum of
     * squares was 10⁴⁷ and the gradient 10⁵⁶ where a search that compared with the start once said that it had converged. On that side of 0
     * the curve has no best fit: the lowest is the straight line that b₂ → 0 approaches, of 63.976 squares.
     */
    @ParameterizedTest
    @CsvSource({"100, -0.1", "1, -0.1", "100, -0.05", "-100, -0.01", "100, -0.2", "500, 1e-4", "1e6, 0.01", "1e5, 1e-6"
    })
    void convergenceIsJudgedAtThePointHoweverBadTheStart(double b1, double b2) {
        Problem misra = problems().findFirst().orElseThrow();
        Minimum fit = LevenbergMarquardt.create().minimize(misra.residuals(), Tensor.of(new double[] {b1, b2}));
        if (b2 > 0) {
            assertEquals(Reason.GRADIENT, fit.reason(), fit.message());
            assertEquals(misra.squares(), 2 * fit.value(), 1e-10);
            assertTrue(cosine(misra.residuals(), fit.point()) < 1e-9);
        } else {
            assertFalse(fit.converged(), fit.message());
            assertTrue(cosine(misra.residuals(), fit.point()) > 1e-9, fit.message());
        }
    }

    /** The columns of the Jacobian were 10³⁰ times longer at the start, which must not shorten the steps for ever. */
    @Test
    void theScaleOfAFarWorsePointIsOutgrown() {
        Problem misra = problems().findFirst().orElseThrow();
        Minimum fit = LevenbergMarquardt.create().minimize(misra.residuals(), Tensor.of(new double[] {100, -0.1}));
        assertTrue(2 * fit.value() < 65, fit.message());
    }
}
