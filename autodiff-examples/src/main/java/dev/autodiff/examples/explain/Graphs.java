package dev.autodiff.examples.explain;

import dev.autodiff.Tensor;
import java.util.function.Supplier;

/** Small graphs of the lectures. */
@SuppressWarnings("ImmutableEnumChecker") // the suppliers capture nothing
enum Graphs {
    /** XOR by a hidden layer of ReLU and an output of the sigmoid, all four examples at once, each a row. */
    XOR("xor", Graphs::xor),
    /** A function of four numbers, each of which has several ways to the result. */
    POWELL("powell", Graphs::powell),
    /** Two inputs, two hidden and two output neurons with the sigmoid, one example as a column. */
    TWO_TWO_TWO("222", Graphs::twoTwoTwo),
    /** Three examples in three classes: softmax with the cross-entropy. */
    SOFTMAX("softmax", Graphs::softmax);

    private final String title;
    private final Supplier<Tensor> loss;

    Graphs(String title, Supplier<Tensor> loss) {
        this.title = title;
        this.loss = loss;
    }

    /** Returns what the graph is called on the command line. */
    String title() {
        return title;
    }

    /** Computes the loss, recording its graph. */
    Tensor loss() {
        return loss.get();
    }

    private static Tensor parameter(String name, double[][] values) {
        return Tensor.of(values).requireGrad().named(name);
    }

    private static Tensor xor() {
        Tensor x = Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}).named("X");
        Tensor y = Tensor.of(new double[][] {{0}, {1}, {1}, {0}}).named("Y");
        Tensor w1 = parameter("W1", new double[][] {{0.8, -0.6}, {0.7, 0.9}});
        Tensor b1 = Tensor.of(new double[] {0.1, -0.2}).requireGrad().named("b1");
        Tensor w2 = parameter("W2", new double[][] {{1.1}, {-0.7}});
        Tensor b2 = Tensor.of(new double[] {0.3}).requireGrad().named("b2");
        Tensor h = x.matmul(w1).add(b1).named("Z1").relu().named("H");
        Tensor p = h.matmul(w2).add(b2).named("Z2").sigmoid().named("P");
        return p.sub(y).named("E").square().sum().mul(0.5).named("L");
    }

    private static Tensor powell() {
        Tensor x1 = Tensor.of(3.0).requireGrad().named("x1");
        Tensor x2 = Tensor.of(-1.0).requireGrad().named("x2");
        Tensor x3 = Tensor.of(0.0).requireGrad().named("x3");
        Tensor x4 = Tensor.of(1.0).requireGrad().named("x4");
        Tensor a = x1.add(x2.mul(10)).square().named("a");
        Tensor b = x3.sub(x4).square().mul(5).named("b");
        Tensor c = x2.add(x3.mul(2)).pow(4).named("c");
        Tensor d = x1.sub(x4).pow(4).mul(10).named("d");
        return a.add(b).add(c).add(d).named("f");
    }

    private static Tensor twoTwoTwo() {
        Tensor x = Tensor.of(new double[][] {{0.05}, {0.10}}).named("X");
        Tensor y = Tensor.of(new double[][] {{0.01}, {0.99}}).named("Y");
        Tensor w1 = parameter("W1", new double[][] {{0.15, 0.20}, {0.25, 0.30}});
        Tensor w2 = parameter("W2", new double[][] {{0.40, 0.45}, {0.50, 0.55}});
        Tensor b1 = parameter("b1", new double[][] {{0.35}, {0.35}});
        Tensor b2 = parameter("b2", new double[][] {{0.60}, {0.60}});
        Tensor h = w1.matmul(x).add(b1).named("Z1").sigmoid().named("H");
        Tensor p = w2.matmul(h).add(b2).named("Z2").sigmoid().named("P");
        return p.sub(y).named("E").square().sum().mul(0.5).named("L");
    }

    private static Tensor softmax() {
        Tensor x =
                Tensor.of(new double[][] {{0.5, -1.2}, {1.5, 0.3}, {-0.4, 0.8}}).named("X");
        Tensor w = parameter("W", new double[][] {{0.2, -0.5, 0.1}, {0.4, 0.3, -0.6}});
        Tensor b = Tensor.of(new double[] {0, 0.1, -0.1}).requireGrad().named("b");
        Tensor y = Tensor.of(new int[] {2, 0, 1}).named("Y");
        Tensor z = x.matmul(w).add(b).named("Z");
        return z.softmaxCrossEntropy(y).named("l").mean().named("L");
    }
}
