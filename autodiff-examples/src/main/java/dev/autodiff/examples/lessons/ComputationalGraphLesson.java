package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.BackwardOption;
import dev.autodiff.Graph;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.GraphDrawing;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.explain.Explain;
import dev.autodiff.explain.Explanation;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

/** A network as a graph of operations: values flow forward through it, derivatives flow back. */
@Command(
        name = "computational-graph",
        description = "The network for XOR as a graph of operations: forward values, then backward step by step.")
final class ComputationalGraphLesson implements Lesson {
    /** The loss of the network with given parameters, in one expression. */
    static Tensor loss(Tensor x, Tensor w1, Tensor b1, Tensor w2, Tensor b2, Tensor y) {
        Tensor yp = x.matmul(w1).add(b1).relu().matmul(w2).add(b2).sigmoid();
        return yp.sub(y).square().sum().mul(0.5);
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("A formula is a graph", """
                XOR, the exclusive or, is 1 if one of two inputs is 1 and the other is 0. Its four examples are the
                rows of X, the answers those of Y. A network with two hidden neurons and ReLU(z) = max(z, 0) computes

                    Yᵖ = σ(ReLU(X W₁ + b₁) W₂ + b₂)        L = ½ Σ (Yᵖ − Y)²

                A computer does this one operation at a time. Each result gets a name:

                    Z₁ = X W₁         Z₂ = Z₁ + b₁     Z₃ = ReLU(Z₂)
                    Z₄ = Z₃ W₂        Z₅ = Z₄ + b₂     Yᵖ = σ(Z₅)
                    D = Yᵖ − Y        S = D²           T = Σ S          L = ½ T

                The operations are the nodes of a graph. An edge leads from each result to where it is used. The
                parameters W₁, b₁, W₂, b₂ are leaves: nothing leads to them.
                """);
        Tensor x = Tensor.of(new double[][] {{1, 0}, {0, 0}, {0, 1}, {1, 1}});
        Tensor y = Tensor.of(new double[][] {{1}, {0}, {1}, {0}});
        Tensor w1 = Tensor.of(new double[][] {{1.0, 0.5}, {-0.5, 1.0}})
                .requireGrad()
                .named("W₁");
        Tensor b1 = Tensor.of(new double[] {0.1, -0.2}).requireGrad().named("b₁");
        Tensor w2 = Tensor.of(new double[][] {{1.0}, {-1.5}}).requireGrad().named("W₂");
        Tensor b2 = Tensor.of(new double[] {0.3}).requireGrad().named("b₂");
        page.printf("%d parameters", w1.size() + b1.size() + w2.size() + b2.size());

        page.section("Forward", """
                The values are computed from the leaves to the loss, each from those before it. Every example is a
                row; the second row of Z₁ is 0 because the second example is (0, 0). ReLU makes 0 of what is negative.
                """);
        Tensor z1 = x.matmul(w1).named("Z₁").retainGrad();
        Tensor z2 = z1.add(b1).named("Z₂").retainGrad();
        Tensor z3 = z2.relu().named("Z₃").retainGrad();
        Tensor z4 = z3.matmul(w2).named("Z₄").retainGrad();
        Tensor z5 = z4.add(b2).named("Z₅").retainGrad();
        Tensor yp = z5.sigmoid().named("Yᵖ").retainGrad();
        Tensor d = yp.sub(y).named("D").retainGrad();
        Tensor s = d.square().named("S").retainGrad();
        Tensor t = s.sum().named("T").retainGrad();
        Tensor loss = t.mul(0.5).named("L");
        for (Tensor node : List.of(z1, z2, z3, z4, z5, yp, d, s, t, loss)) {
            page.print(node);
        }
        page.claim(
                "in one expression the loss is the same",
                loss(x, w1, b1, w2, b2, y).item() == loss.item());

        page.section("The graph that was recorded", """
                While it computed, the engine noted each operation that depends on a parameter. X and Y are constants
                and not part of it. The order is that of the way back: the loss first, every node before its inputs.
                """);
        page.picture("graph", GraphDrawing.of("The XOR network as it was recorded", Graph.of(loss)));
        List<Graph.Entry> nodes = Graph.of(loss).nodes();
        var graph = page.table("node", "operation", "shape", "made of");
        for (Graph.Entry node : nodes) {
            StringBuilder inputs = new StringBuilder();
            for (Integer input : node.inputs()) {
                inputs.append(inputs.isEmpty() ? "" : ", ")
                        .append(input == null ? "constant" : nodes.get(input).name());
            }
            graph.row(node.name(), node.operation(), node.shape().toString(), inputs.toString());
        }
        graph.print();
        page.claim(
                "ten operations and four leaves",
                nodes.size() == 14 && nodes.stream().filter(Graph.Entry::isLeaf).count() == 4);
        page.claim(
                "every node stands before its inputs",
                nodes.stream().allMatch(n -> n.inputs().stream().allMatch(i -> i == null || i > n.id())));

        page.section("Backward, step by step", """
                δV is ∂L/∂V, a tensor of V's shape: how much L changes with each of V's elements. It begins with
                δL = 1. Then each node, in the order above, passes its own δ on to its inputs by a rule that knows
                this one operation only:

                    L = ½ T          δT = ½
                    T = Σ S          δS = δT for each element
                    S = D²           δD = 2 D ⊙ δS
                    D = Yᵖ − Y       δYᵖ = δD
                    Yᵖ = σ(Z₅)       δZ₅ = δYᵖ ⊙ Yᵖ ⊙ (1 − Yᵖ)
                    Z₅ = Z₄ + b₂     δZ₄ = δZ₅        δb₂ = Σₖ δZ₅ₖ
                    Z₄ = Z₃ W₂       δZ₃ = δZ₄ W₂ᵀ    δW₂ = Z₃ᵀ δZ₄
                    Z₃ = ReLU(Z₂)    δZ₂ = δZ₃ where Z₂ > 0, otherwise 0
                    Z₂ = Z₁ + b₁     δZ₁ = δZ₂        δb₁ = Σₖ δZ₂ₖ
                    Z₁ = X W₁        δW₁ = Xᵀ δZ₁

                A bias is added to every row, so it gets the sum of what all rows send back. Here are the same
                lines in Java; `Autodiff.noGrad` says that they are not to be recorded themselves.
                """);
        Tensor dT = Tensor.of(0.5);
        Tensor dS = Autodiff.noGrad(() -> s.onesLike().mul(dT));
        Tensor dD = Autodiff.noGrad(() -> d.mul(2).mul(dS));
        Tensor dZ5 = Autodiff.noGrad(() -> dD.mul(yp).mul(yp.neg().add(1)));
        Tensor dB2 = dZ5.sum(0);
        Tensor dW2 = Autodiff.noGrad(() -> z3.transpose().matmul(dZ5));
        Tensor dZ3 = Autodiff.noGrad(() -> dZ5.matmul(w2.transpose()));
        Tensor dZ2 = Tensor.where(z2.gt(0), dZ3, dZ3.zerosLike());
        Tensor dB1 = dZ2.sum(0);
        Tensor dW1 = x.transpose().matmul(dZ2);
        page.print("δD = " + dD);
        page.print("δZ₅ = " + dZ5);
        page.print("δZ₃ = " + dZ3);
        page.print("δZ₂ = " + dZ2);
        page.print("δW₁ = " + dW1);
        page.print("δb₁ = " + dB1);
        page.print("δW₂ = " + dW2);
        page.print("δb₂ = " + dB2);

        page.section("The same by the engine", """
                `loss.backward()` walks through the graph in this order and applies these rules. Afterwards each leaf
                has its gradient, and so has each intermediate result that was marked by `retainGrad`. The graph would be
                released then, as it is rarely needed twice; `RETAIN_GRAPH` keeps it for the next section.
                """);
        loss.backward(BackwardOption.RETAIN_GRAPH);
        String[] names = {"T", "S", "D", "Z₅", "b₂", "W₂", "Z₃", "Z₂", "b₁", "W₁"};
        Tensor[] engine = {t, s, d, z5, b2, w2, z3, z2, b1, w1};
        Tensor[] byHand = {dT, dS, dD, dZ5, dB2, dW2, dZ3, dZ2, dB1, dW1};
        var compared = page.table("δ of", "largest difference", "largest element");
        double worst = 0;
        for (int i = 0; i < names.length; i++) {
            Tensor g = engine[i].grad();
            double difference = g.sub(byHand[i]).abs().max().item();
            compared.row(names[i], difference, g.abs().max().item());
            worst = Math.max(worst, difference);
        }
        compared.print();
        page.claim("by hand and by the engine are equal up to rounding", worst < 1e-15);

        page.section("Explained by the library", """
                `Explain.backward(loss)` tells this story for any graph: each node with its formula and value, the
                rule and the numbers of each contribution, and differences beside them as a check. Printed here for
                ½ σ(w x + b)² with single numbers. For the network above it writes a page, to be opened in a browser,
                with the graph drawn and buttons to play it forward and backward.
                """);
        Tensor w = Tensor.of(0.6).requireGrad().named("w");
        Tensor b = Tensor.of(0.9).requireGrad().named("b");
        Tensor half = w.mul(Tensor.of(1.5).named("x"))
                .add(b)
                .sigmoid()
                .square()
                .mul(0.5)
                .named("l");
        page.print(Explain.backward(half).toText());
        Explanation network = Explain.backward(loss);
        network.writeHtml(page.file("explained.html"));
        page.printf("explained.html: %d steps", network.steps().size());
        page.claim("differences confirm every rule of the network", network.passed());

        page.section("Where a value is used twice", """
                If two edges leave a node, its value reaches the loss on both ways, and a change of it changes the
                loss by both. So the contributions that come back are added. In q = p · p + 3 p, the number p is used
                three times:

                    δp = p + p + 3 = 2p + 3
                """);
        Tensor p = Tensor.of(5.0).requireGrad().named("p");
        Tensor q = p.mul(p).named("p²").add(p.mul(3).named("3p")).named("q");
        q.backward();
        page.printf("p = 5, q = %.0f, δp = %.0f", q.item(), p.grad().item());
        page.picture("used-twice", GraphDrawing.of("q = p · p + 3 p", Graph.of(q)));
        page.claim("δp = 2·5 + 3", p.grad().item() == 13);

        page.section("Why backward", """
                Differences would need the network twice for each parameter, and are inexact. One pass back gives
                all derivatives at once, for about the price of two more passes forward, be it nine parameters or
                nine millions.
                """);
        double h = 1e-5;
        Tensor[] parameters = {w1, b1, w2, b2};
        int runs = 0;
        double error = 0;
        for (int k = 0; k < 4; k++) {
            for (int i = 0; i < parameters[k].size(); i++) {
                double[] difference = new double[2];
                for (int side = 0; side < 2; side++) {
                    Tensor[] moved = parameters.clone();
                    double[] elements = moved[k].toDoubleArray();
                    elements[i] += side == 0 ? -h : h;
                    moved[k] = Tensor.of(elements, moved[k].shape());
                    difference[side] =
                            loss(x, moved[0], moved[1], moved[2], moved[3], y).item();
                    runs++;
                }
                double slope = (difference[1] - difference[0]) / (2 * h);
                error = Math.max(error, Math.abs(slope - parameters[k].grad().toDoubleArray()[i]));
            }
        }
        page.printf("%d runs of the network for 9 differences, largest error %.1e", runs, error);
        page.claim("the differences confirm all nine derivatives", error < 1e-9);

        page.section("A step", """
                What the derivatives are for: each parameter moves a little against its own, and the loss falls.
                The lesson `xor` goes on until the network knows XOR.
                """);
        double rate = 0.5;
        Tensor[] next = new Tensor[4];
        for (int k = 0; k < 4; k++) {
            next[k] = parameters[k].detach().sub(parameters[k].grad().mul(rate));
        }
        double after = loss(x, next[0], next[1], next[2], next[3], y).item();
        page.printf("loss before %.6f, after %.6f", loss.item(), after);
        page.claim("the loss falls", after < loss.item());
    }
}
