package dev.autodiff.examples.lessons;

import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Drawing;
import dev.autodiff.examples.draw.Field;
import dev.autodiff.examples.draw.Panels;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What one unit with a step can learn, what it cannot, and what three of them can do. */
@Command(name = "perceptron", description = "A perceptron learns AND and OR but never XOR; three of them compute it.")
final class PerceptronLesson implements Lesson {
    @Option(names = "--epochs", paramLabel = "N", description = "Epochs after which learning is given up.")
    @Range(min = 20, max = 1e5)
    private int epochs = 30;

    /** The four possible inputs, x1 and x2. */
    static final int[][] INPUTS = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};

    /** A perceptron: 1 if the weighted sum of its two inputs is above 0, else 0. */
    record Unit(double w1, double w2, double bias) {
        double sum(double x1, double x2) {
            return w1 * x1 + w2 * x2 + bias;
        }

        int output(double x1, double x2) {
            return sum(x1, x2) > 0 ? 1 : 0;
        }

        /** Returns the unit after it has seen one example. */
        Unit learn(int x1, int x2, int target) {
            int error = target - output(x1, x2);
            return new Unit(w1 + error * x1, w2 + error * x2, bias + error);
        }

        /** Returns for how many of the four inputs the output is the target. */
        int right(int... targets) {
            int count = 0;
            for (int i = 0; i < 4; i++) {
                count += output(INPUTS[i][0], INPUTS[i][1]) == targets[i] ? 1 : 0;
            }
            return count;
        }
    }

    /** The units after each epoch, the first one before any, and the mistakes that were made in each epoch. */
    record History(List<Unit> units, List<Double> mistakes) {
        Unit last() {
            return units.get(units.size() - 1);
        }

        double allMistakes() {
            return mistakes.stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /** Goes through the four inputs again and again, until an epoch passes without a mistake or all epochs are over. */
    static History train(int epochs, int... targets) {
        Unit unit = new Unit(0, 0, 0);
        History history = new History(new ArrayList<>(List.of(unit)), new ArrayList<>());
        for (int epoch = 0; epoch < epochs; epoch++) {
            double mistakes = 0;
            for (int i = 0; i < 4; i++) {
                Unit next = unit.learn(INPUTS[i][0], INPUTS[i][1], targets[i]);
                mistakes += next.equals(unit) ? 0 : 1;
                unit = next;
            }
            history.units().add(unit);
            history.mistakes().add(mistakes);
            if (mistakes == 0) {
                break;
            }
        }
        return history;
    }

    /** The four inputs by their targets, over the regions where a function is 0 and 1. */
    static Field points(Field field, int... targets) {
        for (int target = 0; target < 2; target++) {
            List<double[]> those = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                if (targets[i] == target) {
                    those.add(new double[] {INPUTS[i][0], INPUTS[i][1]});
                }
            }
            field.points(
                    "target " + target,
                    those.stream().mapToDouble(p -> p[0]).toArray(),
                    those.stream().mapToDouble(p -> p[1]).toArray());
        }
        return field;
    }

    /** A picture of where a sum is above 0; a steep sigmoid gives the border a smooth edge where a step would draw stairs. */
    static Field regions(String title, DoubleBinaryOperator sum) {
        return Field.of(title, "x1", "x2", -1, 2, -1, 2)
                .size(470, 420)
                .regions((a, b) -> 1 / (1 + Math.exp(-50 * sum.applyAsDouble(a, b))))
                .scale("output");
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("A unit that decides", """
                The perceptron (Rosenblatt, 1958) adds up its inputs, each times a weight, adds a bias, and answers
                1 if the sum is above 0, else 0:

                    y = step(w1 x1 + w2 x2 + b)

                Where the sum is exactly 0 is a straight line. On one side of it the answer is 1, on the other, and on
                the line itself, it is 0.
                With the weights 1, 1 and the bias −1.5 it is the logical AND: only 1 + 1 − 1.5 is above 0. We chose
                these numbers ourselves; a unit should find its own.
                """);
        int[] and = {0, 0, 0, 1};
        int[] or = {0, 1, 1, 1};
        int[] xor = {0, 1, 1, 0};
        Unit chosen = new Unit(1, 1, -1.5);
        for (int[] x : INPUTS) {
            page.printf(
                    "AND(%d, %d) = step(%4.1f) = %d", x[0], x[1], chosen.sum(x[0], x[1]), chosen.output(x[0], x[1]));
        }
        page.claim("weights 1, 1 and bias −1.5 compute AND", chosen.right(and) == 4);

        page.section("The learning rule", """
                Show it one example after the other, with the target t. If the answer y is right, change nothing. If
                it is wrong, move the weights towards the input or away from it:

                    w ← w + (t − y) x        b ← b + (t − y)

                t − y is 1 where the unit should have answered 1, −1 where it should have answered 0, and 0 where it
                was right. One pass over all examples is an epoch. All weights begin at 0.
                """);
        History learnedAnd = train(epochs, and);
        Page.Table path = page.table("epoch", "mistakes", "w1", "w2", "b", "right after it");
        for (int epoch = 1; epoch < learnedAnd.units().size(); epoch++) {
            Unit unit = learnedAnd.units().get(epoch);
            path.row(
                    epoch,
                    (int) (double) learnedAnd.mistakes().get(epoch - 1),
                    (int) unit.w1(),
                    (int) unit.w2(),
                    (int) unit.bias(),
                    unit.right(and) + " of 4");
        }
        path.print();
        page.claim("AND is learned", learnedAnd.last().right(and) == 4);

        page.section("OR, and how long it can take", """
                The same rule learns OR. That it ends is no luck: if any line separates the two kinds of inputs, the
                rule makes at most (R/γ)² mistakes, whatever the order (Novikoff, 1962). R is the length of the
                longest input, the 1 that belongs to the bias among its numbers: here √3. γ is the distance that the
                separating line keeps in this space. For AND the line 2x1 + 2x2 − 3 = 0 keeps γ = 1/√17, which makes
                51 mistakes at most; for OR the line 2x1 + 2x2 − 1 = 0 keeps γ = 1/3, 27 at most.
                """);
        History learnedOr = train(epochs, or);
        page.table("", "epochs", "mistakes", "at most", "learned")
                .row("AND", learnedAnd.mistakes().size(), (int) learnedAnd.allMistakes(), 51, learnedAnd.last())
                .row("OR", learnedOr.mistakes().size(), (int) learnedOr.allMistakes(), 27, learnedOr.last())
                .print();
        page.claim("OR is learned", learnedOr.last().right(or) == 4);
        page.claim(
                "neither made more mistakes than the theorem allows",
                learnedAnd.allMistakes() <= 51 && learnedOr.allMistakes() <= 27);

        page.section("XOR is not learned", """
                The exclusive or is 1 if exactly one input is 1. Here the rule goes on for ever: after some epochs
                the weights are those of an earlier epoch, and from there everything repeats.
                """);
        History lost = train(epochs, xor);
        Map<Unit, Integer> seen = new LinkedHashMap<>();
        int again = 0;
        while (again < lost.units().size() && !seen.containsKey(lost.units().get(again))) {
            seen.put(lost.units().get(again), again);
            again++;
        }
        page.claim(
                "the weights come back, so that learning never ends",
                again < lost.units().size());
        page.printf(
                "after epoch %d the weights are those of epoch %d: %s",
                again, seen.get(lost.units().get(again)), lost.units().get(again));
        page.picture(
                "mistakes",
                Plot.of("Mistakes in each epoch", "epoch", "mistakes of 4")
                        .line("AND", counted(learnedAnd), values(learnedAnd))
                        .line("OR", counted(learnedOr), values(learnedOr))
                        .line("XOR", counted(lost), values(lost))
                        .legendBelow());

        page.section("Why no weights can do it", """
                For XOR the unit would need all four of

                    b ≤ 0        w2 + b > 0        w1 + b > 0        w1 + w2 + b ≤ 0

                The two in the middle add up to w1 + w2 + 2b > 0, the two outer ones to w1 + w2 + 2b ≤ 0. Both cannot
                be true. In the picture: the two points of each kind lie crosswise, and no straight line has the
                triangles on one side and the circles on the other. XOR is not linearly separable. We also try:
                of all weights on a fine grid none has more than three of the four inputs right.
                """);
        int best = 0;
        for (double w1 = -2; w1 <= 2; w1 += 0.125) {
            for (double w2 = -2; w2 <= 2; w2 += 0.125) {
                for (double b = -2; b <= 2; b += 0.125) {
                    best = Math.max(best, new Unit(w1, w2, b).right(xor));
                }
            }
        }
        page.claim("the best of 35,937 units has three of four right", best == 3);
        List<Drawing> panels = new ArrayList<>();
        panels.add(points(regions("AND", learnedAnd.last()::sum), and));
        panels.add(points(regions("OR", learnedOr.last()::sum), or));
        panels.add(points(regions("XOR after the last epoch", lost.last()::sum), xor));
        page.picture("units", Panels.of(3, panels));

        page.section("A network of perceptrons", """
                Three units can do what one cannot. XOR is true if OR is true and AND is not: with NAND, the opposite
                of AND,

                    XOR(x1, x2) = AND(OR(x1, x2), NAND(x1, x2))

                Each of the three is learned by the rule, from its own table; then we connect them. OR and NAND are
                the hidden layer: two lines in the plane. The last unit answers 1 between them.
                """);
        Unit unitOr = learnedOr.last();
        Unit unitNand = train(epochs, 1, 1, 1, 0).last();
        Unit unitAnd = learnedAnd.last();
        Page.Table network = page.table("x1", "x2", "OR", "NAND", "AND of both", "XOR");
        int right = 0;
        for (int i = 0; i < 4; i++) {
            int h1 = unitOr.output(INPUTS[i][0], INPUTS[i][1]);
            int h2 = unitNand.output(INPUTS[i][0], INPUTS[i][1]);
            int y = unitAnd.output(h1, h2);
            network.row(INPUTS[i][0], INPUTS[i][1], h1, h2, y, xor[i]);
            right += y == xor[i] ? 1 : 0;
        }
        network.print();
        page.claim("the network computes XOR", right == 4);
        panels.clear();
        panels.add(points(regions("first hidden unit: OR", unitOr::sum), or));
        panels.add(points(regions("second: NAND", unitNand::sum), 1, 1, 1, 0));
        panels.add(points(regions("both, by AND: XOR", (a, b) -> Math.min(unitOr.sum(a, b), unitNand.sum(a, b))), xor));
        page.picture("network", Panels.of(3, panels));

        page.section("Why nobody trains it as a whole", """
                The rule needs the target of each unit, and nobody knows the targets of the hidden ones: we gave them
                ourselves. Gradients would tell in which direction each weight should go, but a step is flat on both
                sides: its derivative is 0 wherever it has one, and so the gradient of every weight before it is 0.
                The engine says the same. With a sigmoid in place of the step the derivative is never 0, and the
                network learns by gradients: that is what `xor` shows.
                """);
        Tensor x = Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
        Tensor target = Tensor.of(new double[][] {{0}, {1}, {1}, {0}});
        Tensor w = Tensor.of(new double[][] {{1}, {2}}).requireGrad();
        x.matmul(w).sub(0.5).step().sub(target).square().sum().backward();
        Tensor byStep = w.grad();
        w.clearGrad();
        x.matmul(w).sub(0.5).sigmoid().sub(target).square().sum().backward();
        Tensor bySigmoid = w.grad();
        page.print("∂loss/∂w with a step:    " + byStep.flatten());
        page.print("∂loss/∂w with a sigmoid: " + bySigmoid.flatten());
        page.claim("a step lets no gradient through", byStep.abs().max().item() == 0);
        page.claim("a sigmoid does", bySigmoid.abs().min().item() > 0.01);
    }

    static double[] counted(History history) {
        double[] x = new double[history.mistakes().size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = i + 1;
        }
        return x;
    }

    static double[] values(History history) {
        return history.mistakes().stream().mapToDouble(Double::doubleValue).toArray();
    }
}
