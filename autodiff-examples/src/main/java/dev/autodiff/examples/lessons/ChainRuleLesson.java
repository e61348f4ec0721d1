package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.optimize.GradientDescent;
import dev.autodiff.optimize.Iteration;
import dev.autodiff.optimize.Lbfgs;
import dev.autodiff.optimize.LevenbergMarquardt;
import dev.autodiff.optimize.Minimum;
import dev.autodiff.optimize.NewtonCg;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Derivatives of a function of four variables in four ways, and of functions within functions by products of Jacobians. */
@Command(
        name = "chain-rule",
        description = "A function of four variables: its gradient by formula, by engine and by differences; Jacobians.")
final class ChainRuleLesson implements Lesson {
    /** Component i of x, counted from 1 as in the lecture. */
    static Tensor at(Tensor x, int i) {
        return x.select(0, i - 1);
    }

    /** f(x) = (x₁+10x₂)² + 5(x₃−x₄)² + (x₂+2x₃)⁴ + 10(x₁−x₄)⁴ for x [4]. */
    static Tensor f(Tensor x) {
        Tensor first = at(x, 1).add(at(x, 2).mul(10)).square();
        Tensor second = at(x, 3).sub(at(x, 4)).square().mul(5);
        Tensor third = at(x, 2).add(at(x, 3).mul(2)).pow(4);
        Tensor fourth = at(x, 1).sub(at(x, 4)).pow(4).mul(10);
        return first.add(second).add(third).add(fourth);
    }

    /** The gradient of f as a formula, written with Java numbers. */
    static double[] gradientByFormula(double x1, double x2, double x3, double x4) {
        double a = x1 + 10 * x2;
        double b = x3 - x4;
        double c = x2 + 2 * x3;
        double d = x1 - x4;
        return new double[] {
            2 * a + 40 * Math.pow(d, 3),
            20 * a + 4 * Math.pow(c, 3),
            10 * b + 8 * Math.pow(c, 3),
            -10 * b - 40 * Math.pow(d, 3)
        };
    }

    /** x(z) = (z₁ + z₂, z₁ − z₂, ln z₁, z₁²) for z [2]. */
    static Tensor x(Tensor z) {
        Tensor z1 = at(z, 1);
        Tensor z2 = at(z, 2);
        return Tensor.stack(0, z1.add(z2), z1.sub(z2), z1.log(), z1.square());
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("A function of four variables", """
                    f(x₁, x₂, x₃, x₄) = (x₁ + 10x₂)² + 5(x₃ − x₄)² + (x₂ + 2x₃)⁴ + 10(x₁ − x₄)⁴

                Powell gave this function to those who write minimisers, as its minimum at 0 is hard to come close to.
                We look at the point (3, −1, 0, 1). The four terms there are 49, 5, 1 and 160.
                """);
        Tensor start = Tensor.of(new double[] {3, -1, 0, 1});
        page.printf("f(3, −1, 0, 1) = %s", f(start).item());
        page.claim("f(3, −1, 0, 1) = 215", f(start).item() == 215);

        page.section("The gradient in three ways", """
                By formula: each term is a power of a small sum; the chain rule takes the power's derivative times
                that of the sum.

                    ∂f/∂x₁ =   2(x₁ + 10x₂) + 40(x₁ − x₄)³
                    ∂f/∂x₂ =  20(x₁ + 10x₂) +  4(x₂ + 2x₃)³
                    ∂f/∂x₃ =  10(x₃ − x₄)   +  8(x₂ + 2x₃)³
                    ∂f/∂x₄ = −10(x₃ − x₄)   − 40(x₁ − x₄)³

                By autodiff: the engine applies the chain rule to the operations that f was made of.

                By differences: (f(x + h eᵢ) − f(x − h eᵢ)) / 2h. This needs f twice for each variable and is never
                exact: a large h cuts off the higher terms, a small one leaves few digits of the difference.
                """);
        double[] formula = gradientByFormula(3, -1, 0, 1);
        Tensor engine = Autodiff.grad(p -> f(p)).apply(start);
        double h = 1e-5;
        double[] differences = new double[4];
        for (int i = 0; i < 4; i++) {
            Tensor step = Tensor.of(new double[] {i == 0 ? h : 0, i == 1 ? h : 0, i == 2 ? h : 0, i == 3 ? h : 0});
            differences[i] = (f(start.add(step)).item() - f(start.sub(step)).item()) / (2 * h);
        }
        var ways = page.table("", "formula", "autodiff", "differences", "error of differences");
        for (int i = 0; i < 4; i++) {
            ways.row(
                    "∂f/∂x" + "₁₂₃₄".charAt(i), formula[i], engine.get(i), differences[i], differences[i] - formula[i]);
        }
        ways.print();
        page.claim(
                "the gradient is (306, −144, −18, −310)",
                engine.allClose(Tensor.of(new double[] {306, -144, -18, -310}), 0, 0));
        page.claim("the formula gives the same", engine.allClose(Tensor.of(formula), 0, 0));
        page.claim("differences come close", engine.allClose(Tensor.of(differences), 1e-6, 1e-6));

        page.section("How wrong are differences?", """
                The error of the first component for steps h from 1 to 10⁻¹⁵. It falls with h², as Taylor's formula
                says, until the rounding of f takes over, which grows as 1/h. Even at the best h, which differs from function
                to function, some of the sixteen digits of a number are lost. Autodiff has no h.
                """);
        double[] hs = new double[31];
        double[] errors = new double[31];
        for (int i = 0; i <= 30; i++) {
            hs[i] = Math.pow(10, -i / 2.0);
            Tensor step = Tensor.of(new double[] {hs[i], 0, 0, 0});
            errors[i] = Math.abs((f(start.add(step)).item() - f(start.sub(step)).item()) / (2 * hs[i]) - 306);
        }
        page.picture(
                "differences",
                Plot.of("Error of a central difference", "step h", "error of ∂f/∂x₁")
                        .logX()
                        .logY()
                        .line("error", hs, errors));
        double best = Arrays.stream(errors).min().orElseThrow();
        page.printf("smallest error: %.1e", best);
        page.claim("no h comes closer than 10⁻¹⁰", best > 1e-10);
        page.claim("at h = 10⁻¹⁵ nothing is left of the derivative's digits", errors[30] > 1);

        page.section("x as a function of z", """
                Now x itself depends on two variables z:

                    x(z) = (z₁ + z₂, z₁ − z₂, ln z₁, z₁²)

                At z = (1, 2) this is our point (3, −1, 0, 1). The derivatives of x by z form the Jacobian, a matrix
                with a row for each xᵢ and a column for each zⱼ:

                    Jᵢⱼ = ∂xᵢ/∂zⱼ        J = (1 1; 1 −1; 1/z₁ 0; 2z₁ 0)

                The chain rule for several variables says: z₁ reaches f through all four xᵢ, and the contributions of
                all paths are added.

                    ∂f/∂zⱼ = Σᵢ ∂f/∂xᵢ · ∂xᵢ/∂zⱼ        or        ∇ᶻf = ∇ˣf · J
                """);
        Tensor z = Tensor.of(new double[] {1, 2});
        Tensor jacobian = Autodiff.jacobian((Tensor p) -> x(p), z);
        Tensor byProduct = engine.matmul(jacobian);
        Tensor byEngine = Autodiff.grad((Tensor u) -> f(x(u))).apply(z);
        page.print("J = " + jacobian);
        page.print("∇ˣf · J              = " + byProduct);
        page.print("gradient of f(x(z))  = " + byEngine);
        page.claim("x(1, 2) is our point", x(z).allClose(start, 0, 0));
        page.claim(
                "306 − 144 − 18 − 2·310 = −476 and 306 + 144 = 450",
                byProduct.allClose(Tensor.of(new double[] {-476, 450}), 0, 0));
        page.claim("the engine gives the same for the whole", byEngine.allClose(byProduct, 0, 0));

        page.section("Backward and forward", """
                The engine never builds J to get a gradient. Its reverse mode has for each operation the product of a
                row with its Jacobian, gᵀJ (`vjp`). A row that starts as the single number ∂f/∂f = 1 stays a row on
                its way from f to z. One sweep gives the derivatives by all variables, however many: that is
                backpropagation.

                Forward mode multiplies from the other side, J·t (`jvp`): a direction t of z becomes a direction of x,
                then a change of f. One sweep gives the derivative in one direction. Both ends must meet:
                gᵀ(J·t) = (gᵀJ)·t.
                """);
        Tensor t = Tensor.of(new double[] {0.6, 0.8});
        Tensor pulled = Autodiff.vjp((Tensor p) -> x(p), z, engine);
        Tensor pushed = Autodiff.jvp((Tensor p) -> x(p), z, t);
        page.print("gᵀJ = " + pulled);
        page.print("J·t = " + pushed);
        page.printf("g·(J·t) = %.6f", engine.dot(pushed).item());
        page.printf("(gᵀJ)·t = %.6f", pulled.dot(t).item());
        page.claim("vjp is the product with the Jacobian", pulled.allClose(byProduct, 0, 0));
        page.claim("jvp is the product from the other side", pushed.allClose(jacobian.matmul(t), 0, 0));
        page.claim(
                "both ways give the same slope along t",
                engine.dot(pushed).item(),
                pulled.dot(t).item(),
                1e-12 * 450);

        page.section("Down to the minimum", """
                With exact derivatives f can be minimised from (3, −1, 0, 1). Its minimum is f(0, 0, 0, 0) = 0. There
                the Hessian is singular: in two of the four directions f is as flat as a fourth power. Gradient
                descent crawls, as its step must suit the steepest direction. Newton-CG uses products of the
                Hessian with vectors, L-BFGS learns the curvature from the gradients, and Levenberg-Marquardt
                knows that f is a sum of squares r₁² + … + r₄². A search ends where the gradient is small (GRADIENT)
                or after so many steps (ITERATIONS); Levenberg-Marquardt goes on until rounding is all that is
                left of the residuals.
                """);
        Map<String, Minimum> minima = new LinkedHashMap<>();
        minima.put(
                "gradient descent",
                GradientDescent.backtracking()
                        .withMaxIterations(1000)
                        .withTrace()
                        .minimize(p -> f(p), start));
        minima.put("L-BFGS", Lbfgs.create().withTrace().minimize(p -> f(p), start));
        minima.put("Newton-CG", NewtonCg.create().withTrace().minimize(p -> f(p), start));
        minima.put(
                "Levenberg-Marquardt",
                LevenbergMarquardt.create()
                        .withTrace()
                        .minimize(
                                x -> Tensor.stack(
                                                0,
                                                at(x, 1).add(at(x, 2).mul(10)),
                                                at(x, 3).sub(at(x, 4)).mul(Math.sqrt(5)),
                                                at(x, 2).add(at(x, 3).mul(2)).square(),
                                                at(x, 1).sub(at(x, 4)).square().mul(Math.sqrt(10)))
                                        .mul(Math.sqrt(2)), // as the method minimises half the sum of squares
                                start));
        var results = page.table("method", "steps", "f", "distance from 0", "ended by");
        Plot falls = Plot.of("Powell's function while it is minimised", "step", "f")
                .logY()
                .xRange(0, 60)
                .legendBelow();
        minima.forEach((name, m) -> {
            results.row(
                    name,
                    m.iterations(),
                    m.value(),
                    m.point().norm().item(),
                    m.reason().toString());
            List<Iteration> trace = m.trace();
            falls.line(
                    name, trace.stream().limit(61).mapToDouble(Iteration::value).toArray());
        });
        results.print();
        page.picture("minimised", falls);
        page.claim("L-BFGS comes to f < 10⁻⁹", minima.get("L-BFGS").value() < 1e-9);
        page.claim("Newton-CG comes to f < 10⁻⁹", minima.get("Newton-CG").value() < 1e-9);
        page.claim(
                "a thousand steps of gradient descent do not",
                minima.get("gradient descent").value() > 1e-9);
    }
}
