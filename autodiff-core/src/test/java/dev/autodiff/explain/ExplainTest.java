package dev.autodiff.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.Autodiff;
import dev.autodiff.BackwardOption;
import dev.autodiff.CustomOp;
import dev.autodiff.Generator;
import dev.autodiff.GradientException;
import dev.autodiff.InPlace;
import dev.autodiff.Saved;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {
    private static Tensor parameter(String name, double[][] values) {
        return Tensor.of(values).requireGrad().named(name);
    }

    private static void assertChecksPass(Explanation explanation) {
        List<String> bad = explanation
                .checks()
                .filter(c -> c.status() != Check.Status.PASSED)
                .map(Check::brief)
                .toList();
        assertEquals(List.of(), bad);
    }

    private static void assertContributionsAddUp(Explanation explanation) {
        for (Step step : explanation.steps()) {
            if (!step.received().isEmpty()) {
                double[] sum = new double[step.gradient().size()];
                for (Contribution c : step.received()) {
                    double[] part = c.value().toDoubleArray();
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] += part[i];
                    }
                }
                assertArrayEquals(step.gradient().toDoubleArray(), sum, 1e-15, step.symbol());
            }
        }
    }

    private static String rule(Explanation explanation, String symbol) {
        return explanation.step(symbol).received().stream()
                .map(Contribution::rule)
                .collect(Collectors.joining(" + "));
    }
    /** A network in float32 as the library's users write it, with a weight that is used transposed. */
    private static Tensor classifier() {
        Generator generator = Generator.seeded(3);
        Tensor x = Tensor.normal(generator, DType.FLOAT32, Shape.of(5, 4), 0, 1).named("X");
        Tensor w = Tensor.normal(generator, DType.FLOAT32, Shape.of(6, 4), 0, 1)
                .requireGrad()
                .named("W");
        Tensor v = Tensor.normal(generator, DType.FLOAT32, Shape.of(3, 6), 0, 1)
                .requireGrad()
                .named("V");
        Tensor b = Tensor.zeros(DType.FLOAT32, 6).requireGrad().named("b");
        Tensor logits = x.matmul(w.transpose()).add(b).relu().matmul(v.transpose());
        return logits.softmaxCrossEntropy(Tensor.of(new int[] {0, 2, 1, 1, 0})).mean();
    }

    @Test
    void gradientsEqualThoseOfBackwardAndNothingChanges() {
        Tensor w = parameter("w", new double[][] {{0.5, -1}, {2, 0.25}});
        Tensor loss = w.matmul(w).tanh().mul(w).sum();
        Explanation before = Explain.backward(loss);
        assertNull(w.grad());
        loss.backward(BackwardOption.RETAIN_GRAPH);
        Tensor gradient = w.grad();
        Explanation after = Explain.backward(loss);
        assertTrue(gradient == w.grad(), "the leaf holds another gradient");
        for (Explanation explanation : List.of(before, after)) {
            Step step = explanation.step("w");
            assertArrayEquals(gradient.toDoubleArray(), step.gradient().toDoubleArray(), 0);
            assertEquals(3, step.received().size());
            assertChecksPass(explanation);
            assertContributionsAddUp(explanation);
        }
        assertEquals(before.toText(), after.toText());
        loss.backward(); // the graph is still there
    }

    @Test
    void aFloat32NetworkIsCheckedInFloat64() {
        Tensor loss = classifier();
        Explanation explanation = Explain.backward(loss);
        assertChecksPass(explanation);
        assertEquals("Xᵀ δz1", rule(explanation, "Wᵀ"));
        assertTrue(
                explanation.toText().contains("float32, so its gradients keep about three digits"),
                explanation::toText);
        loss.backward(BackwardOption.RETAIN_GRAPH);
        assertEquals(DType.FLOAT32, explanation.step("W").gradient().dtype());
    }

    /** The cube with the slope 2x² instead of 3x². */
    private record Wrong() implements CustomOp {
        @Override
        public Tensor forward(Tensor[] in) {
            return in[0].mul(in[0]).mul(in[0]);
        }

        @Override
        public Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {g.mul(s.input(0).square().mul(2))};
        }
    }

    @Test
    void aWrongRuleIsFoundWhereItIs() {
        Tensor p = parameter("p", new double[][] {{1, 2}});
        Explanation explanation =
                Explain.backward(new Wrong().apply(p.exp()).log().sum());
        assertFalse(explanation.passed());
        Step wrong = explanation.step("z2");
        assertEquals("Wrong", wrong.operation());
        assertEquals(Check.Status.PASSED, wrong.check().status());
        assertEquals(Check.Status.FAILED, wrong.given().get(0).check().status());
        assertEquals(Check.Status.FAILED, explanation.step("z1").check().status());
        assertEquals(
                Check.Status.PASSED,
                explanation.step("z1").given().get(0).check().status());
        assertEquals(Check.Status.FAILED, explanation.step("p").check().status());
        assertTrue(explanation.toText().contains("The rule of Wrong at z2 is wrong"), explanation::toText);
    }

    @Test
    void aWrongRuleIsFoundHoweverSmallTheGradient() {
        for (double scale : new double[] {1e-12, 1e-40, 1e-200}) {
            Tensor p = parameter("p", new double[][] {{1, 2}});
            Explanation wrong =
                    Explain.backward(new Wrong().apply(p.exp()).sum().mul(scale));
            assertEquals(Check.Status.FAILED, wrong.step("p").check().status(), () -> "scale " + scale);
            assertEquals(
                    1,
                    wrong.steps().stream()
                            .flatMap(s -> s.given().stream())
                            .filter(c -> c.check().status() == Check.Status.FAILED)
                            .count(),
                    () -> "scale " + scale);
            assertChecksPass(Explain.backward(p.exp().pow(3).sum().mul(scale)));
        }
    }

    @Test
    void aSmallGradientBesideLargeTermsIsSaidToBeTooSmall() {
        Tensor p = parameter("p", new double[][] {{1, 2}});
        Tensor q = parameter("q", new double[][] {{3, 1}});
        Tensor large = q.exp().sum();
        for (Tensor small : List.of(
                new Wrong().apply(p.exp()).sum().mul(1e-15),
                p.exp().pow(3).sum().mul(1e-15))) {
            Explanation explanation = Explain.backward(small.add(large));
            Check check = explanation.step("p").check();
            assertEquals(Check.Status.NOT_CHECKED, check.status(), check::brief);
            assertEquals("– not checked: too small for differences", check.brief());
            assertEquals(Check.Status.PASSED, explanation.step("q").check().status());
        }
        // The rule by itself has no large terms beside it.
        assertFalse(Explain.backward(new Wrong().apply(p.exp()).sum().mul(1e-15).add(large))
                .passed());
        assertEquals(
                Check.Status.FAILED,
                Explain.backward(new Wrong().apply(p.exp()).sum().mul(1e-9).add(large))
                        .step("p")
                        .check()
                        .status());
    }

    /** The square, whose slope is wrong in the last element alone. */
    private record WrongAtTheEnd() implements CustomOp {
        @Override
        public Tensor forward(Tensor[] in) {
            return in[0].square();
        }

        @Override
        public Tensor[] vjp(Tensor g, Saved s) {
            return new Tensor[] {g.mul(s.input(0)).mul(Tensor.of(new double[] {2, 2, 2.1}))};
        }
    }

    @Test
    void aSmallElementIsJudgedByItself() {
        Tensor p = Tensor.of(new double[] {1, -2, 3}).requireGrad().named("p");
        Explanation explanation = Explain.backward(new WrongAtTheEnd()
                .apply(p)
                .mul(Tensor.of(new double[] {1, 1, 1e-8}))
                .sum());
        Step wrong = explanation.step("p");
        assertEquals(Check.Status.FAILED, wrong.check().status());
        assertTrue(
                wrong.check().note().startsWith("element [2] is 6.30000e-08, differences give 6.0000"),
                wrong.check()::note);
        assertEquals(Check.Status.FAILED, wrong.received().get(0).check().status());
    }

    @Test
    void anElementThatIsTooSmallIsCounted() {
        Tensor p = Tensor.of(new double[] {1, -2, 3}).requireGrad().named("p");
        Check check = Explain.backward(
                        p.exp().mul(Tensor.of(new double[] {1, 1, 1e-16})).sum())
                .step("p")
                .check();
        assertEquals(Check.Status.PASSED, check.status());
        assertEquals(2, check.elements());
        assertEquals("1 is too small for differences and left out", check.note());
    }

    @Test
    void differencesKeepElevenDigits() {
        Tensor p = Tensor.of(new double[] {0.3, 1, -0.7}).requireGrad().named("p");
        for (Step step : Explain.backward(p.sin().sum()).steps()) {
            assertTrue(step.check().largest() < 1e-11, () -> step.symbol() + ": " + step.check());
            for (Contribution c : step.given()) {
                assertTrue(c.check().largest() < 1e-11, () -> c.rule() + ": " + c.check());
            }
        }
    }

    /** Replaces how far differences are from gradients, which depends on the kernels, and the spaces that follow from it. */
    private static String withoutDistances(String text) {
        return text.lines()
                .map(line -> line.replaceAll("✓ [0-9.e−]+ ", "✓ d ").replaceAll("(?<=\\S) {2,}", "  "))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void theTextIsThis() {
        Tensor x = Tensor.of(new double[][] {{1, 2}, {0, 1}}).named("X");
        Tensor w = parameter("W", new double[][] {{0.5}, {-1}});
        Tensor b = Tensor.of(new double[] {0.25}).requireGrad().named("b");
        Tensor p = x.matmul(w).add(b).named("P");
        assertEquals(
                """
                Backpropagation from L = 1.0625
                ===============================
                Gradients and differences are computed in float64.
                ✓ d (n/m)  n of m elements were compared with central differences; they differ by at most d

                Forward
                -------
                  W  leaf [2, 1] float64
                  b  leaf [1] float64
                  z1 = X W  matmul [2, 1] float64
                  P = z1 + b  add [2, 1] float64
                  z2 = P ⊙ P  mul [2, 1] float64
                  z3 = Σ z2  sum [] float64
                  L = z3 / 2  div [] float64

                Backward
                --------

                Step 1: L = z3 / 2  div [] float64
                  L  δL, the start  δz3 = δL / 2
                  1.0625  1  0.5000
                            ✓ d (1/1)  ✓ d (1/1)

                Step 2: z3 = Σ z2  sum [] float64
                  z3  δz3 from L  δz2 = δz3·1₂ₓ₁
                  2.1250  0.5000  ⎡ 0.5000 ⎤
                            ✓ d (1/1)  ⎣ 0.5000 ⎦
                                          ✓ d (2/2)

                Step 3: z2 = P ⊙ P  mul [2, 1] float64
                  z2  δz2 from z3  δP gets δz2 ⊙ P  δP gets δz2 ⊙ P
                  ⎡ 1.5625 ⎤  ⎡ 0.5000 ⎤  ⎡ −0.6250 ⎤  ⎡ −0.6250 ⎤
                  ⎣ 0.5625 ⎦  ⎣ 0.5000 ⎦  ⎣ −0.3750 ⎦  ⎣ −0.3750 ⎦
                                ✓ d (2/2)  ✓ d (2/2)  ✓ d (2/2)

                Step 4: P = z1 + b  add [2, 1] float64
                  P  δP, added up from z2, z2  δz1 = δP  δb = Σ δP
                  ⎡ −1.2500 ⎤  ⎡ −1.2500 ⎤  ⎡ −1.2500 ⎤  −2
                  ⎣ −0.7500 ⎦  ⎣ −0.7500 ⎦  ⎣ −0.7500 ⎦  ✓ d (1/1)
                                 ✓ d (2/2)  ✓ d (2/2)

                Step 5: z1 = X W  matmul [2, 1] float64
                  X, constant  z1  δz1 from P  δW = Xᵀ δz1
                  ⎡ 1 2 ⎤  ⎡ −1.5000 ⎤  ⎡ −1.2500 ⎤  ⎡ −1.2500 ⎤
                  ⎣ 0 1 ⎦  ⎣ −1.0000 ⎦  ⎣ −0.7500 ⎦  ⎣ −3.2500 ⎦
                                                ✓ d (2/2)  ✓ d (2/2)

                Step 6: b  leaf [1] float64
                  b  δb from P
                  0.2500  −2
                            ✓ d (1/1)

                Step 7: W  leaf [2, 1] float64
                  W  δW from z1
                  ⎡  0.5000 ⎤  ⎡ −1.2500 ⎤
                  ⎣ −1.0000 ⎦  ⎣ −3.2500 ⎦
                                 ✓ d (2/2)

                Checks: 14 agree with differences, 0 differ.
                """.stripTrailing(),
                withoutDistances(Explain.backward(p.mul(p).mean().named("L")).toText()));
    }

    @Test
    void whatCancelsPasses() {
        Tensor p = parameter("p", new double[][] {{0.1, 0.7, 0}});
        Tensor w = parameter("w", new double[][] {{0.1, 0.3, -0.4}});
        Tensor cancelled = p.exp().sum().sub(p.exp().sum());
        assertChecksPass(Explain.backward(cancelled));
        assertChecksPass(Explain.backward(cancelled.mul(1e-30)));
        Tensor zeros = parameter("x", new double[][] {{0, 0, 0}});
        assertChecksPass(Explain.backward(
                zeros.mul(w.mul(3)).sum().sub(zeros.mul(w).mul(3).sum()).mul(1e-30)));
    }

    @Test
    void graphsOfHigherOrderAreGraphs() {
        Tensor x = parameter("x", new double[][] {{0.3, -0.7}});
        Tensor slope = Autodiff.gradients(x.sigmoid().mul(x).sum(), List.of(x)).get(0);
        Explanation explanation = Explain.backward(slope.square().sum());
        assertChecksPass(explanation);
        assertContributionsAddUp(explanation);
        assertTrue(explanation.steps().stream().anyMatch(s -> s.operation().equals("sigmoidGradient")));
    }

    @Test
    void checkpointsRunAgainWithOtherValues() {
        Tensor x = parameter("x", new double[][] {{0.3, -0.7}, {1, 2}});
        Tensor inner = Autodiff.checkpoint(
                y -> Autodiff.checkpoint(z -> z.matmul(x).tanh(), y.exp()).mul(2), x);
        Explanation explanation = Explain.backward(inner.square().sum());
        assertChecksPass(explanation);
        assertContributionsAddUp(explanation);
    }

    @Test
    void kinksAreLeftOut() {
        Tensor x = Tensor.of(new double[] {0, 1, -1}).requireGrad().named("x");
        Check check = Explain.backward(x.relu().sum()).step("x").check();
        assertEquals(Check.Status.PASSED, check.status());
        assertEquals(2, check.elements());
        assertTrue(check.note().contains("kink"), check::note);
    }

    @Test
    void nearAKinkAShorterStepIsTaken() {
        Tensor x = Tensor.of(new double[] {1e-4, -1e-4}).requireGrad().named("x");
        Check check = Explain.backward(x.relu().sum()).step("x").check();
        assertEquals(Check.Status.PASSED, check.status(), check::brief);
        assertEquals(2, check.elements());
    }

    @Test
    void roundingIsNoKink() {
        Tensor p = parameter("p", new double[][] {{1, 2}});
        Tensor q = parameter("q", new double[][] {{3, 1}});
        for (double scale : new double[] {1e-10, 3e-11, 1e-11, 3e-12, 1e-12}) {
            Check check = Explain.backward(p.exp().sum().mul(scale).add(q.exp().sum()))
                    .step("p")
                    .check();
            assertFalse(check.brief().contains("kink"), () -> scale + ": " + check.brief());
            assertTrue(check.status() != Check.Status.FAILED, () -> scale + ": " + check.brief());
        }
    }

    @Test
    void whatTurnsWithinAStepIsTooCurved() {
        Tensor x = Tensor.of(new double[] {0, 1e-3}).requireGrad().named("x");
        Tensor fast = Tensor.of(new double[] {1e5, 1});
        Check check = Explain.backward(x.mul(fast).sin().sum()).step("x").check();
        assertEquals(Check.Status.PASSED, check.status(), check::brief);
        assertEquals("1 is too curved for differences and left out", check.note());
    }

    @Test
    void largeTermsThatAnElementHasNoEffectOnDoNotHideItsFault() {
        Tensor p = parameter("p", new double[][] {{1, 2}});
        Tensor q = parameter("q", new double[][] {{30, 31}});
        Tensor cancelled = q.exp().sum().sub(q.exp().sum());
        Explanation explanation =
                Explain.backward(new Wrong().apply(p.exp()).sum().mul(1e-9).add(cancelled));
        assertEquals(Check.Status.FAILED, explanation.step("p").check().status());
    }

    @Test
    void whatFloat32CannotHoldIsTooSmall() {
        Tensor z = Tensor.of(new float[][] {{20, 0}}).requireGrad().named("z");
        Check check = Explain.backward(
                        z.softmaxCrossEntropy(Tensor.of(new int[] {0})).mean())
                .step("z")
                .check();
        // p − 1 is 0 or 6e-8 in float32 where it is −2e-9.
        assertTrue(check.status() != Check.Status.FAILED, check::brief);
        assertTrue(check.note().contains("1 is too small for differences"), check::brief);
    }

    @Test
    void largeTensorsAreCutAndCheckedAtSomeElements() {
        Tensor w =
                Tensor.linspace(-1, 1, 30_000).reshape(100, 300).requireGrad().named("w");
        Explanation explanation = Explain.backward(w.sin().square().mean());
        assertChecksPass(explanation);
        assertEquals(12, explanation.step("w").check().elements());
        String text = explanation.toText();
        assertTrue(text.contains("cut from [100, 300]"), text);
        assertTrue(text.contains("min −1, max 1, mean"), text);
        assertTrue(text.length() < 10_000, () -> "length " + text.length());
    }

    @Test
    void aLongGraphIsLimitedAndSaysSo() {
        Tensor p = Tensor.of(0.5).requireGrad().named("p");
        Tensor y = p;
        for (int i = 0; i < 20_000; i++) {
            y = y.mul(0.9999);
        }
        Explanation explanation = Explain.backward(y);
        assertEquals(200, explanation.steps().size());
        assertEquals(20_001 - 200, explanation.leftOut());
        assertTrue(explanation.toText().contains("19801 of them are left out"), explanation::toText);
        assertEquals(Math.pow(0.9999, 20_000), explanation.step("p").gradient().item(), 1e-12);
        assertTrue(explanation.passed());
        assertEquals(10, Explain.backward(y, 10).steps().size());
    }

    @Test
    void hooksAreSaid() {
        Tensor w = parameter("w", new double[][] {{1, 2}});
        Tensor h = w.square().named("h").onGrad(g -> g.mul(10));
        Explanation explanation = Explain.backward(h.sum());
        assertTrue(explanation.step("h").hooked());
        assertFalse(explanation.step("w").hooked());
        assertFalse(explanation.passed()); // differences know nothing of hooks
        assertTrue(explanation.toText().contains("changed by a hook"), explanation::toText);
    }

    @Test
    void operationsOfManyKindsPass() {
        Tensor a = parameter("A", new double[][] {{2, 0.5}, {0.5, 1}});
        Tensor b = parameter("B", new double[][] {{1, -1}, {0.3, 2}});
        Tensor joined = Tensor.concat(0, a.softmax(-1), b.inverse(), a.max(0).reshape(1, 2), b.slice(0, 0, 1));
        Tensor selected = Tensor.where(joined.gt(0.4), joined, joined.exp());
        assertChecksPass(Explain.backward(selected.cumSum(0)
                .logSoftmax(-1)
                .sub(joined.mean(true, 0))
                .square()
                .mean()));
    }

    @Test
    void theCheckSaysWhyItWasNotMade() {
        record Counter(AtomicInteger calls) implements CustomOp {
            @Override
            public Tensor forward(Tensor[] in) {
                return in[0].add(calls.getAndIncrement());
            }

            @Override
            public Tensor[] vjp(Tensor g, Saved s) {
                return new Tensor[] {g};
            }
        }
        Tensor p = Tensor.of(0.5).requireGrad().named("p");
        Check check = Explain.backward(new Counter(new AtomicInteger()).apply(p).mul(2))
                .step("p")
                .check();
        assertEquals(Check.Status.NOT_CHECKED, check.status());
        assertTrue(check.brief().contains("run again, the graph gives 3.00000 and not 1.00000"), check::brief);
    }

    /** It once said that the graph gives NaN and not NaN. */
    @Test
    void aLossThatIsNoFiniteNumberIsSaidToBeNone() {
        Tensor x = Tensor.of(new double[] {-1, 0, 4}).requireGrad().named("x");
        for (Tensor loss : List.of(x.sqrt().sum(), x.mul(1000).exp().sum())) {
            Explanation explanation = Explain.backward(loss);
            String number = Double.isNaN(loss.item()) ? "NaN" : "∞";
            assertEquals(
                    "– not checked: the loss is " + number + ", which has no differences",
                    explanation.step("x").check().brief());
            assertTrue(explanation.toText().contains("Autodiff.detectAnomaly"), explanation::toText);
        }
        assertFalse(Explain.backward(x.sum()).toText().contains("detectAnomaly"));
    }

    /** It once said that the operation does not run again: Index 0 out of bounds. */
    @Test
    void emptyTensorsPass() {
        Tensor x = Tensor.zeros(DType.FLOAT64, 0, 3).requireGrad().named("x");
        Tensor y = Tensor.of(new double[] {1, 2, 3}).requireGrad().named("y");
        Explanation explanation = Explain.backward(x.mul(y).sum().add(y.square().sum()));
        assertChecksPass(explanation);
        assertEquals("✓ 0 (0/0)", explanation.step("x").check().brief());
    }

    @Test
    void aSliceSaysWhichPlacesItTakes() {
        Tensor x = parameter("x", new double[][] {{1, 2, 3, 4}, {5, 6, 7, 8}});
        Explanation explanation = Explain.backward(x.slice(1, 1, 3)
                .mul(x.slice(1, 0, 4, 2))
                .add(x.slice(1, 3, 1, -1))
                .add(x.select(0, 1).slice(0, 0, 2))
                .sum());
        assertChecksPass(explanation);
        Set<String> formulas = explanation.steps().stream().map(Step::formula).collect(Collectors.toSet());
        assertTrue(formulas.contains("x[:, 1:3]"), formulas::toString);
        assertTrue(formulas.contains("x[:, 0:3:2]"), formulas::toString);
        assertTrue(formulas.stream().anyMatch(t -> t.startsWith("x[:, 3:") && t.endsWith(":−1]")), formulas::toString);
        assertTrue(rule(explanation, "x").contains(", [:, 1:3])"), rule(explanation, "x"));
    }

    @Test
    void ofManyContributionsTheFirstAreShown() {
        Tensor x = Tensor.of(new double[] {1, 2}).requireGrad().named("x");
        Tensor sum = x;
        for (int i = 0; i < 60; i++) {
            sum = sum.add(x);
        }
        Explanation explanation = Explain.backward(sum.sum());
        assertEquals(61, explanation.step("x").received().size());
        String text = explanation.toText();
        assertTrue(text.contains(", … (61)"), text);
        assertTrue(text.lines().allMatch(line -> line.length() < 120), text);
        String page = explanation.toHtml();
        String data = page.substring(page.lastIndexOf("\"symbol\":\"x\""));
        assertTrue(data.contains("\"parts\":61"), data);
        assertEquals(8, data.split("\"fromName\"", -1).length - 1);
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is refused
    void whatCannotBeExplainedIsAnError() {
        Tensor p = parameter("p", new double[][] {{1, 2}});
        assertEquals(
                "explain: the loss is null",
                assertThrows(NullPointerException.class, () -> Explain.backward(null))
                        .getMessage());
        for (Tensor constant : List.of(Tensor.of(3.0), Tensor.of(3), p.detach().sum())) {
            String message = assertThrows(GradientException.class, () -> Explain.backward(constant))
                    .getMessage();
            assertTrue(message.startsWith("explain: the loss of shape []"), message);
        }
        assertTrue(assertThrows(GradientException.class, () -> Explain.backward(p.exp()))
                .getMessage()
                .contains("[1, 2]"));
        assertThrows(GradientException.class, () -> Explain.backward(Tensor.of(1.0)));
        Tensor loss = p.square().sum();
        loss.backward();
        assertTrue(assertThrows(GradientException.class, () -> Explain.backward(loss))
                .getMessage()
                .contains("released"));
        Tensor overwritten = p.square().sum();
        InPlace.assign(p, p.zerosLike());
        assertTrue(assertThrows(GradientException.class, () -> Explain.backward(overwritten))
                .getMessage()
                .contains("'p' of shape [1, 2] was overwritten"));
        assertThrows(IllegalArgumentException.class, () -> Explain.backward(p.sum(), 1));
        assertThrows(
                IllegalArgumentException.class, () -> Explain.backward(p.sum()).step("q"));
    }

    @Test
    void valuesDoNotFollowLaterUpdates() {
        Tensor p = parameter("p", new double[][] {{1, 2}});
        Explanation explanation = Explain.backward(p.square().sum());
        InPlace.assign(p, p.zerosLike());
        assertArrayEquals(new double[] {1, 2}, explanation.step("p").value().toDoubleArray());
    }

    @Test
    void thePageHoldsEveryStepInTheOrderOfTheSweep() {
        Explanation explanation = Explain.backward(classifier());
        String page = explanation.toHtml();
        int at = 0;
        for (Step step : explanation.steps()) {
            String begin = "{\"id\":" + step.id() + ",\"symbol\":\"" + step.symbol() + "\",\"operation\":\""
                    + step.operation() + "\",\"formula\":\"" + step.formula() + "\",\"shape\":\"" + step.shape() + "\"";
            at = page.indexOf(begin, at);
            assertTrue(at > 0, () -> begin + " is missing or stands elsewhere");
            for (Contribution c : step.given()) {
                at = page.indexOf("\"rule\":" + HtmlPage.text(c.rule()), at);
                assertTrue(at > 0, () -> c.rule() + " is missing at " + step.symbol());
            }
        }
    }

    @Test
    void theLossMayBeALeaf() {
        Explanation explanation = Explain.backward(Tensor.of(3.0).requireGrad().named("p"));
        assertEquals(1, explanation.steps().size());
        assertEquals(1, explanation.step("p").gradient().item());
        assertChecksPass(explanation);
    }

    @Test
    void thePageIsWholeAndNamesCannotBreakOutOfIt(@TempDir Path folder) throws IOException {
        String evil = "</script><img src=x onerror=alert(1)>@DATA@\"\\ 𝛿\u2028";
        Tensor p = parameter(evil, new double[][] {{1, Double.NaN}});
        Explanation explanation = Explain.backward(p.square().sum().named(evil + " loss"));
        Path file = folder.resolve("new/page.html");
        explanation.writeHtml(file);
        String page = Files.readString(file);
        assertEquals(explanation.toHtml(), page);
        assertFalse(page.contains("<img src=x"), page);
        assertEquals(2, page.split("</script>", -1).length - 1, "scripts end where the template ends them");
        assertFalse(Pattern.compile("[\\[,:]-?(NaN|Infinity)").matcher(page).find(), "no number of JSON");
        assertTrue(page.contains("\\u003cimg src=x"), page);
        assertFalse(page.replace("http://www.w3.org/2000/svg", "").contains("://"), "asks for nothing");
    }
}
