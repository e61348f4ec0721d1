package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.optimize.Iteration;
import dev.autodiff.optimize.LevenbergMarquardt;
import dev.autodiff.optimize.Minimum;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Command;

/** Nonlinear regression with exact Jacobians, against certified results. */
@Command(
        name = "curve-fit",
        description = "Curves fitted to measurements by Levenberg-Marquardt, against values certified by NIST.")
final class CurveFitLesson implements Lesson {
    /** Parameter i of b, counted from 1 as NIST does. */
    static Tensor at(Tensor b, int i) {
        return b.select(0, i - 1);
    }

    /** The growth of onions (problem Rat43): y = b₁ / (1 + exp(b₂ − b₃x))^(1/b₄). */
    static Tensor growth(Tensor b, Tensor x) {
        return at(b, 1).div(at(b, 2).sub(at(b, 3).mul(x)).exp().add(1).pow(at(b, 4).reciprocal()));
    }

    /** The mobility of electrons (problem Thurber): y = (b₁ + b₂x + b₃x² + b₄x³) / (1 + b₅x + b₆x² + b₇x³). */
    static Tensor mobility(Tensor b, Tensor x) {
        Tensor above = at(b, 4).mul(x).add(at(b, 3)).mul(x).add(at(b, 2)).mul(x).add(at(b, 1));
        Tensor below = at(b, 7).mul(x).add(at(b, 6)).mul(x).add(at(b, 5)).mul(x).add(1);
        return above.div(below);
    }

    /** How many digits of a certified number are right, at most the 11 that it has. */
    static double digits(double got, double want) {
        return got == want ? 11 : Math.min(11, -Math.log10(Math.abs(got - want) / Math.abs(want)));
    }

    /** The standard deviations of fitted parameters: the roots of the diagonal of s² (JᵀJ)⁻¹, s² = Σr² / (n − p). */
    static double[] deviations(Tensor r, Tensor jacobian) {
        double variance = r.square().sum().item() / (r.size() - jacobian.size(1));
        // J = QR, hence (JᵀJ)⁻¹ = R⁻¹R⁻ᵀ; JᵀJ itself would have only half of the digits.
        Tensor inverse = jacobian.qr().r().inverse();
        return inverse.square().sum(1).mul(variance).sqrt().toDoubleArray();
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Measurements and a curve", """
                Fitting a curve is learning too: there are examples (x, y), a model with parameters b, and a loss.
                The loss is the sum of squares of the residuals rᵢ = model(b, xᵢ) − yᵢ. The model is a formula that somebody
                has reasons for, with few parameters that mean something.

                The first problem is Rat43 of NIST's Statistical Reference Datasets: the dry weight of onion bulbs
                over the weeks of their growth.

                    y = b₁ / (1 + exp(b₂ − b₃x))^(1/b₄)
                """);
        Tensor weeks = Tensor.linspace(1, 15, 15);
        Tensor weights = Tensor.of(new double[] {
            16.08, 33.83, 65.80, 97.20, 191.55, 326.20, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96, 637.56,
            717.41
        });
        Function<Tensor, Tensor> residuals = b -> growth(b, weeks).sub(weights);
        Tensor start = Tensor.of(new double[] {100, 10, 1, 1});
        page.printf(
                "sum of squares at the start: %.1f",
                residuals.apply(start).square().sum().item());

        page.section("Levenberg-Marquardt", """
                Near a point b the residuals are almost linear, r(b + d) ≈ r + J d. Gauss and Newton take the step d that
                makes this small; it needs the Jacobian J, but no second derivatives. Far from the solution such a
                step may lead astray. Levenberg and Marquardt shorten it by a damping λ and turn it towards the
                gradient; λ falls while all goes well, and grows after a failure:

                    (JᵀJ + λ D²) d = −Jᵀ r

                The Jacobian comes from autodiff, so nobody writes derivatives of the model. That of b₄ would be no pleasure.
                """);
        Minimum fit = LevenbergMarquardt.create().withTrace().minimize(residuals, start);
        var steps = page.table("step", "sum of squares", "b₁", "b₂", "b₃", "b₄");
        List<Iteration> trace = fit.trace();
        for (int i = 0; i < trace.size(); i += Math.max(1, trace.size() / 8)) {
            Tensor b = trace.get(i).point();
            steps.row(i, 2 * trace.get(i).value(), b.get(0), b.get(1), b.get(2), b.get(3));
        }
        steps.print();
        page.printf(
                "ended by %s after %d steps: sum of squares %.6f, largest component of ∇L %.2g",
                fit.reason(), fit.iterations(), 2 * fit.value(), fit.gradientNorm());
        page.claim("it converged", fit.converged());

        page.section("Against the certified values", """
                NIST publishes the best parameters with eleven digits, computed with many more. It also certifies the
                standard deviations of the parameters: how far they may be off because the measurements are. They
                come from the Jacobian at the solution,

                    s² (JᵀJ)⁻¹        s² = Σ rᵢ² / (n − p)

                whose diagonal holds their squares; n is the number of measurements, p that of parameters.
                """);
        double[] certified = {6.9964151270e+02, 5.2771253025e+00, 7.5962938329e-01, 1.2792483859e+00};
        double[] certifiedDeviations = {1.6302297817e+01, 2.0828735829e+00, 1.9566123451e-01, 6.8761936385e-01};
        double[] deviations = deviations(residuals.apply(fit.point()), Autodiff.jacobian(residuals, fit.point()));
        var against = page.table("", "found", "certified", "digits", "deviation", "certified", "digits");
        double fewest = 11;
        double fewestOfDeviations = 11;
        for (int i = 0; i < 4; i++) {
            double found = fit.point().get(i);
            double right = digits(found, certified[i]);
            double rightDeviation = digits(deviations[i], certifiedDeviations[i]);
            fewest = Math.min(fewest, right);
            fewestOfDeviations = Math.min(fewestOfDeviations, rightDeviation);
            against.row(
                    "b" + "₁₂₃₄".charAt(i),
                    String.format(Locale.ROOT, "%.8f", found),
                    String.format(Locale.ROOT, "%.8f", certified[i]),
                    String.format(Locale.ROOT, "%.1f", right),
                    String.format(Locale.ROOT, "%.8f", deviations[i]),
                    String.format(Locale.ROOT, "%.8f", certifiedDeviations[i]),
                    String.format(Locale.ROOT, "%.1f", rightDeviation));
        }
        against.print();
        page.claim("the sum of squares has nine certified digits", digits(2 * fit.value(), 8.7864049080e+03) > 9);
        page.claim("all parameters have eight certified digits", fewest > 8);
        page.claim("all deviations have seven certified digits", fewestOfDeviations > 7);
        double[] grid = Tensor.linspace(0, 16, 161).toDoubleArray();
        page.picture(
                "onions",
                Plot.of("Dry weight of onion bulbs and its fit (Rat43)", "time x (weeks)", "weight y (g)")
                        .line("fit", grid, growth(fit.point(), Tensor.of(grid)).toDoubleArray())
                        .points("measured", weeks.toDoubleArray(), weights.toDoubleArray())
                        .line("start", grid, growth(start, Tensor.of(grid)).toDoubleArray())
                        .legendLeft());

        page.section("Seven parameters", """
                Thurber's data: the mobility of electrons in silicon over the logarithm of their density, and a
                quotient of two cubic polynomials. NIST calls it a problem of higher difficulty. It gives two starts,
                one far and one near.

                    y = (b₁ + b₂x + b₃x² + b₄x³) / (1 + b₅x + b₆x² + b₇x³)
                """);
        Tensor x = Tensor.of(new double[] {
            -3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481, -2.363, -2.322, -1.501,
            -1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714, -0.566, -0.545, -0.400, -0.309, -0.109, -0.103,
            0.010, 0.119, 0.377, 0.790, 0.963, 1.006, 1.115, 1.572, 1.841, 2.047, 2.200
        });
        Tensor y = Tensor.of(new double[] {
            80.574, 84.248, 87.264, 87.195, 89.076, 89.608, 89.868, 90.101, 92.405, 95.854, 100.696, 101.060, 401.672,
            390.724, 567.534, 635.316, 733.054, 759.087, 894.206, 990.785, 1090.109, 1080.914, 1122.643, 1178.351,
            1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509, 1425.208, 1421.384, 1442.962, 1464.350,
            1468.705, 1447.894, 1457.628
        });
        double[][] starts = {{1000, 1000, 400, 40, 0.7, 0.3, 0.03}, {1300, 1500, 500, 75, 1, 0.4, 0.05}};
        double[] best = {
            1.2881396800e+03,
            1.4910792535e+03,
            5.8323836877e+02,
            7.5416644291e+01,
            9.6629502864e-01,
            3.9797285797e-01,
            4.9727297349e-02
        };
        var both = page.table("start", "steps", "sum of squares", "certified", "fewest digits of a parameter");
        Tensor found = Tensor.of(best);
        double fewestOfBoth = 11;
        for (int k = 0; k < 2; k++) {
            Minimum m = LevenbergMarquardt.create().minimize(b -> mobility(b, x).sub(y), Tensor.of(starts[k]));
            found = m.point();
            double least = 11;
            for (int i = 0; i < 7; i++) {
                least = Math.min(least, digits(m.point().get(i), best[i]));
            }
            both.row(
                    k == 0 ? "far" : "near",
                    m.iterations(),
                    String.format(Locale.ROOT, "%.7f", 2 * m.value()),
                    String.format(Locale.ROOT, "%.7f", 5.6427082397e+03),
                    String.format(Locale.ROOT, "%.1f", least));
            fewestOfBoth = Math.min(fewestOfBoth, least);
        }
        both.print();
        page.claim("from both starts all seven parameters have eight certified digits", fewestOfBoth > 8);
        double[] range = Tensor.linspace(-3.2, 2.3, 221).toDoubleArray();
        page.picture(
                "electrons",
                Plot.of("Mobility of electrons and its fit (Thurber)", "ln of the density x", "mobility y")
                        .line("fit", range, mobility(found, Tensor.of(range)).toDoubleArray())
                        .points("measured", x.toDoubleArray(), y.toDoubleArray())
                        .legendLeft());

        page.section("What exact derivatives are worth", """
                Where nobody writes derivatives, programs take differences: (r(b + hᵢ eᵢ) − r(b)) / hᵢ. Back to the
                onions: the same deviations from a Jacobian by differences, for several h relative to bᵢ, and how many
                of their digits are right.
                """);
        Tensor r = residuals.apply(fit.point());
        var worth = page.table("Jacobian", "fewest right digits of a deviation");
        double mostByDifferences = 0;
        for (double h : new double[] {1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12}) {
            Tensor[] columns = new Tensor[4];
            for (int i = 0; i < 4; i++) {
                double[] moved = fit.point().toDoubleArray();
                double step = h * moved[i];
                moved[i] += step;
                columns[i] = residuals.apply(Tensor.of(moved)).sub(r).div(step);
            }
            double[] approximate = deviations(r, Tensor.stack(1, columns));
            double least = 11;
            for (int i = 0; i < 4; i++) {
                least = Math.min(least, digits(approximate[i], certifiedDeviations[i]));
            }
            mostByDifferences = Math.max(mostByDifferences, least);
            worth.row(
                    String.format(Locale.ROOT, "differences, h = %.0e", h), String.format(Locale.ROOT, "%.1f", least));
        }
        worth.row("autodiff", String.format(Locale.ROOT, "%.1f", fewestOfDeviations))
                .print();
        page.claim("no h gives as many digits as autodiff", mostByDifferences < fewestOfDeviations);
    }
}
