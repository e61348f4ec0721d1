package dev.autodiff.examples.lessons;

import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.nn.optim.Adam;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** The smallest network with a hidden layer: every value a number, every δ by hand and by the engine, then the same with matrices. */
@Command(
        name = "scalar-network",
        description = "A network of single numbers: each δ of backpropagation beside the engine's.")
final class ScalarNetworkLesson implements Lesson {
    /** All that one forward pass computes. */
    record Pass(Tensor z1, Tensor z2, Tensor z3, Tensor z4, Tensor yp, Tensor loss) {}

    /** Computes Yᵖ = σ(X W₁ + b₁) W₂ + b₂ and ½ Σ (Yᵖ − Y)², one operation after the other. */
    static Pass forward(Tensor x, Tensor w1, Tensor b1, Tensor w2, Tensor b2, Tensor y) {
        Tensor z1 = x.rank() == 0 ? x.mul(w1) : x.matmul(w1);
        Tensor z2 = z1.add(b1);
        Tensor z3 = z2.sigmoid();
        Tensor z4 = x.rank() == 0 ? z3.mul(w2) : z3.matmul(w2);
        Tensor yp = z4.add(b2);
        Tensor loss = yp.sub(y).square().sum().mul(0.5);
        return new Pass(z1, z2, z3, z4, yp, loss);
    }

    /** The same with Java numbers alone, for differences. */
    static double loss(double x, double w1, double b1, double w2, double b2, double y) {
        double yp = w2 / (1 + Math.exp(-(x * w1 + b1))) + b2;
        return (yp - y) * (yp - y) / 2;
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("The network", """
                One input X, one hidden neuron with the sigmoid σ(z) = 1 / (1 + e⁻ᶻ), one output:

                    Yᵖ = σ(X W₁ + b₁) W₂ + b₂        L = ½ (Yᵖ − Y)²

                Yᵖ is the prediction, Y what it should be. All are numbers here. The computation is cut into steps
                with a single operation each, and the result of each step gets a name:

                    Z₁ = X W₁    Z₂ = Z₁ + b₁    Z₃ = σ(Z₂)    Z₄ = Z₃ W₂    Yᵖ = Z₄ + b₂
                """);
        double x0 = 1.5;
        double y0 = 2.0;
        Tensor x = Tensor.of(x0).requireGrad();
        Tensor w1 = Tensor.of(0.8).requireGrad();
        Tensor b1 = Tensor.of(-0.4).requireGrad();
        Tensor w2 = Tensor.of(1.2).requireGrad();
        Tensor b2 = Tensor.of(0.3).requireGrad();
        Pass pass = forward(x, w1, b1, w2, b2, Tensor.of(y0));
        page.table("Z₁", "Z₂", "Z₃", "Z₄", "Yᵖ", "L")
                .row(
                        pass.z1().item(),
                        pass.z2().item(),
                        pass.z3().item(),
                        pass.z4().item(),
                        pass.yp().item(),
                        pass.loss().item())
                .print();
        page.claim("the loss is that of the formula", pass.loss().item(), loss(x0, 0.8, -0.4, 1.2, 0.3, y0), 1e-15);

        page.section("Backward, step by step", """
                δV stands for ∂L/∂V: how much L changes when V does. The chain rule takes them from the end to the
                beginning. Each step needs the δ of the step's result and the derivative of this one operation alone.

                    L = ½ (Yᵖ − Y)²    δYᵖ = Yᵖ − Y
                    Yᵖ = Z₄ + b₂       δZ₄ = δYᵖ        δb₂ = δYᵖ
                    Z₄ = Z₃ W₂         δZ₃ = δZ₄ W₂     δW₂ = δZ₄ Z₃
                    Z₃ = σ(Z₂)         δZ₂ = δZ₃ Z₃ (1 − Z₃)
                    Z₂ = Z₁ + b₁       δZ₁ = δZ₂        δb₁ = δZ₂
                    Z₁ = X W₁          δX = δZ₁ W₁      δW₁ = δZ₁ X

                The derivative of σ is σ(z) (1 − σ(z)): it is computed from the result Z₃, the input is not needed
                any more. Below, these lines are written in Java.
                """);
        double z3 = pass.z3().item();
        double dYp = pass.yp().item() - y0;
        double dB2 = dYp;
        double dZ4 = dYp;
        double dZ3 = dZ4 * 1.2;
        double dW2 = dZ4 * z3;
        double dZ2 = dZ3 * (z3 * (1 - z3));
        double dB1 = dZ2;
        double dZ1 = dZ2;
        double dX = dZ1 * 0.8;
        double dW1 = dZ1 * x0;
        page.printf("δW₁ = %.9f, δb₁ = %.9f, δW₂ = %.9f, δb₂ = %.9f", dW1, dB1, dW2, dB2);

        page.section("The engine's", """
                `backward` does the same. It keeps the gradients of the leaves, that is of what was marked by
                `requireGrad`; an intermediate result keeps its own if asked by `retainGrad`.
                """);
        for (Tensor z : List.of(pass.z1(), pass.z2(), pass.z3(), pass.z4(), pass.yp())) {
            z.retainGrad();
        }
        pass.loss().backward();
        String[] names = {"δYᵖ", "δb₂", "δZ₄", "δW₂", "δZ₃", "δZ₂", "δb₁", "δZ₁", "δW₁", "δX"};
        double[] byHand = {dYp, dB2, dZ4, dW2, dZ3, dZ2, dB1, dZ1, dW1, dX};
        Tensor[] nodes = {pass.yp(), b2, pass.z4(), w2, pass.z3(), pass.z2(), b1, pass.z1(), w1, x};
        var deltas = page.table("", "by hand", "engine");
        boolean same = true;
        for (int i = 0; i < names.length; i++) {
            double engine = nodes[i].grad().item();
            deltas.row(names[i], byHand[i], engine);
            same &= Math.abs(engine - byHand[i]) <= 1e-15;
        }
        deltas.print();
        page.claim("all ten agree to the last digits", same);

        page.section("And by differences", """
                A check that knows nothing of the chain rule: change one parameter by ±10⁻⁵ and look at L.
                """);
        double h = 1e-5;
        double byW1 = (loss(x0, 0.8 + h, -0.4, 1.2, 0.3, y0) - loss(x0, 0.8 - h, -0.4, 1.2, 0.3, y0)) / (2 * h);
        double byB1 = (loss(x0, 0.8, -0.4 + h, 1.2, 0.3, y0) - loss(x0, 0.8, -0.4 - h, 1.2, 0.3, y0)) / (2 * h);
        double byW2 = (loss(x0, 0.8, -0.4, 1.2 + h, 0.3, y0) - loss(x0, 0.8, -0.4, 1.2 - h, 0.3, y0)) / (2 * h);
        double byB2 = (loss(x0, 0.8, -0.4, 1.2, 0.3 + h, y0) - loss(x0, 0.8, -0.4, 1.2, 0.3 - h, y0)) / (2 * h);
        page.claim("∂L/∂W₁", dW1, byW1, 1e-9);
        page.claim("∂L/∂b₁", dB1, byB1, 1e-9);
        page.claim("∂L/∂W₂", dW2, byW2, 1e-9);
        page.claim("∂L/∂b₂", dB2, byB2, 1e-9);

        page.section("The same lines with matrices", """
                Nothing changes in the formula if X holds many examples, a row each, and the hidden layer many
                neurons, a column each: X [n, 1], W₁ [1, h], b₁ [h], W₂ [h, 1], b₂ [1]. The rules become

                    δW₂ = Z₃ᵀ δZ₄    δZ₃ = δZ₄ W₂ᵀ    δb₂ = Σₖ δYᵖₖ    δZ₂ = δZ₃ ⊙ Z₃ ⊙ (1 − Z₃)
                    δW₁ = Xᵀ δZ₁     δX = δZ₁ W₁ᵀ     δb₁ = Σₖ δZ₂ₖ

                One does not need to remember where the transpose goes: the shapes leave no choice. A bias is added
                to every row, hence its δ is the sum over the rows. ⊙ multiplies element by element.
                """);
        Tensor xs = Tensor.linspace(-3, 3, 13).reshape(13, 1);
        Tensor ys = xs.sin();
        Tensor v1 = Tensor.of(new double[][] {{0.9, -1.4, 0.5}}).requireGrad();
        Tensor c1 = Tensor.of(new double[] {0.1, -0.2, 0.7}).requireGrad();
        Tensor v2 = Tensor.of(new double[][] {{0.6}, {-0.3}, {1.1}}).requireGrad();
        Tensor c2 = Tensor.of(new double[] {-0.5}).requireGrad();
        Pass many = forward(xs, v1, c1, v2, c2, ys);
        many.loss().backward();
        Tensor deltaYp = many.yp().sub(ys);
        Tensor deltaZ2 = deltaYp.matmul(v2.transpose())
                .mul(many.z3())
                .mul(many.z3().neg().add(1));
        Tensor deltaW1 = xs.transpose().matmul(deltaZ2);
        Tensor deltaW2 = many.z3().transpose().matmul(deltaYp);
        page.print("δW₁ by hand: " + deltaW1.detach());
        page.print("δW₁ engine:  " + v1.grad());
        page.claim("δW₁ = Xᵀ δZ₁", v1.grad().allClose(deltaW1, 1e-14, 1e-14));
        page.claim("δb₁ = Σ δZ₂", c1.grad().allClose(deltaZ2.sum(0), 1e-14, 1e-14));
        page.claim("δW₂ = Z₃ᵀ δZ₄", v2.grad().allClose(deltaW2, 1e-14, 1e-14));
        page.claim("δb₂ = Σ δYᵖ", c2.grad().allClose(deltaYp.sum(0), 1e-14, 1e-14));

        page.section("What it is good for", """
                With gradients of all parameters the network can learn. Three hidden neurons, 13 examples of the
                sine, two thousand steps against the gradient by Adam: a sum of three sigmoid steps and a constant becomes
                a curve.
                """);
        List<Tensor> parameters = List.of(v1, c1, v2, c2);
        Adam adam = Adam.of(parameters, 0.1);
        List<Double> losses = new ArrayList<>();
        for (int step : page.steps("training", 2000)) {
            Tensor loss = forward(xs, v1, c1, v2, c2, ys).loss();
            adam.zeroGrad();
            loss.backward();
            adam.step();
            losses.add(loss.item());
            page.tell("loss %.5f at %d", loss.item(), step);
        }
        page.printf("loss: %.4f before, %.6f after", losses.get(0), losses.get(losses.size() - 1));
        double[] grid = Tensor.linspace(-3, 3, 121).toDoubleArray();
        double[] curve = forward(Tensor.of(grid).reshape(121, 1), v1, c1, v2, c2, Tensor.of(0.0))
                .yp()
                .toDoubleArray();
        page.picture(
                "sine",
                Plot.of("Three hidden neurons learn the sine", "X", "Y")
                        .line("Yᵖ after training", grid, curve)
                        .points("examples", xs.toDoubleArray(), ys.toDoubleArray())
                        .legendLeft());
        page.claim("the loss falls to less than a fiftieth", losses.get(losses.size() - 1) < losses.get(0) / 50);
    }
}
