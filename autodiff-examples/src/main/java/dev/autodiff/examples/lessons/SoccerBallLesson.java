package dev.autodiff.examples.lessons;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.draw.Bars;
import dev.autodiff.examples.draw.Images;
import dev.autodiff.examples.draw.Plot;
import dev.autodiff.examples.page.Lesson;
import dev.autodiff.examples.page.Page;
import dev.autodiff.examples.page.Range;
import dev.autodiff.nn.Initializer;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Losses;
import dev.autodiff.nn.data.Batch;
import dev.autodiff.nn.data.DataLoader;
import dev.autodiff.nn.optim.Sgd;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Far more weights than pictures: what is learned by heart, and what helps against it. */
@Command(
        name = "soccer-ball",
        description = "Is a soccer ball in the picture? A network learns it by heart; remedies are measured.")
final class SoccerBallLesson implements Lesson {
    @Option(names = "--pictures", paramLabel = "N", description = "Pictures to learn from.")
    @Range(min = 40, max = 10000)
    private int pictures = 200;

    @Option(names = "--more", paramLabel = "N", description = "Pictures to learn from where there are many.")
    @Range(min = 100, max = 20000)
    private int more = 2000;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the pictures.")
    @Range(min = 1, max = 10000)
    private int epochs = 30;

    @Option(names = "--lr", paramLabel = "RATE", description = "The learning rate.")
    @Range(min = 0, max = 10)
    private double rate = 0.01;

    @Option(names = "--seed", paramLabel = "N", description = "Where all random numbers begin.")
    private long seed = 1;

    @Override
    public List<String> small() {
        return List.of("--more=800");
    }

    /** Pixels in a row and in a column. */
    static final int SIDE = 64;

    /** What is in a picture. All but the first are no soccer balls. */
    enum Thing {
        SOCCER_BALL,
        BASKETBALL,
        BEACH_BALL,
        VOLLEYBALL,
        TENNIS_BALL;

        String words() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** The middles of the pentagons of a ball: six of the corners of an icosahedron, the others are opposite. */
    static double[][] pentagons() {
        double a = 1 / Math.sqrt(1 + Math.pow((1 + Math.sqrt(5)) / 2, 2));
        double b = a * (1 + Math.sqrt(5)) / 2;
        return new double[][] {{0, a, b}, {0, -a, b}, {a, b, 0}, {-a, b, 0}, {b, 0, a}, {-b, 0, a}};
    }

    static final double[][] PENTAGONS = pentagons();

    /** The colour of a thing's surface at a place of the unit sphere, as red, green and blue from 0 to 1. */
    static double[] surface(Thing thing, double x, double y, double z) {
        double angle = Math.atan2(y, x);
        double line = Math.min(Math.min(Math.abs(x), Math.abs(y)), Math.abs(Math.abs(z) - 0.6));
        return switch (thing) {
            case SOCCER_BALL -> {
                double nearest = 0;
                for (double[] p : PENTAGONS) {
                    nearest = Math.max(nearest, Math.abs(x * p[0] + y * p[1] + z * p[2]));
                }
                yield nearest > 0.935 ? new double[] {0.08, 0.08, 0.1} : new double[] {0.95, 0.95, 0.95};
            }
            case BASKETBALL -> line < 0.05 ? new double[] {0.15, 0.1, 0.05} : new double[] {0.85, 0.45, 0.15};
            case BEACH_BALL -> {
                int stripe = Math.floorMod((int) Math.floor(angle / Math.PI * 3), 3);
                yield new double[] {stripe == 1 ? 0.1 : 0.95, stripe == 0 ? 0.95 : 0.2, stripe == 2 ? 0.1 : 0.9};
            }
            case VOLLEYBALL -> line < 0.05 ? new double[] {0.3, 0.3, 0.35} : new double[] {0.95, 0.95, 0.9};
            case TENNIS_BALL ->
                Math.abs(z - 0.7 * (x * x - y * y)) < 0.08
                        ? new double[] {0.95, 0.95, 0.9}
                        : new double[] {0.75, 0.9, 0.2};
        };
    }

    /** Draws a picture of a thing, of a random size and place, turned and lit at random, on grass, sand, a road or before the sky. */
    static float[] paint(Thing thing, Generator random) {
        double[][] grounds = {{0.25, 0.55, 0.2}, {0.8, 0.7, 0.5}, {0.45, 0.45, 0.48}, {0.5, 0.7, 0.95}};
        double[] ground = grounds[random.nextInt(grounds.length)];
        double fade = random.nextDouble() - 0.5;
        double noise = 0.25 * random.nextDouble();
        float[] pixels = new float[SIDE * SIDE * 3];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int row = i / SIDE;
            double light = 0.8 + fade * (row - SIDE / 2.0) / SIDE + noise * (2 * random.nextDouble() - 1);
            for (int c = 0; c < 3; c++) {
                pixels[3 * i + c] = (float) Math.min(1, Math.max(0, ground[c] * light));
            }
        }
        double radius = 16 + 8 * random.nextDouble();
        double left = SIDE / 2.0 + 12 * (random.nextDouble() - 0.5);
        double top = SIDE / 2.0 + 12 * (random.nextDouble() - 0.5);
        double[] a = direction(random);
        double[] lamp = direction(random);
        double[] b = cross(a, direction(random));
        double[] c = cross(a, b);
        for (int i = 0; i < SIDE * SIDE; i++) {
            int row = i / SIDE;
            double x = (i % SIDE + 0.5 - left) / radius;
            double y = (row + 0.5 - top) / radius;
            double depth = 1 - x * x - y * y;
            if (depth > 0) {
                double z = Math.sqrt(depth);
                double[] color = surface(thing, dot(a, x, y, z), dot(b, x, y, z), dot(c, x, y, z));
                double light = 0.7 + 0.3 * dot(lamp, x, y, z);
                for (int k = 0; k < 3; k++) {
                    pixels[3 * i + k] = (float) (color[k] * light);
                }
            }
        }
        return pixels;
    }

    static double dot(double[] a, double x, double y, double z) {
        return a[0] * x + a[1] * y + a[2] * z;
    }

    /** A random vector of the length 1. */
    static double[] direction(Generator random) {
        return unit(random.nextGaussian(), random.nextGaussian(), random.nextGaussian());
    }

    static double[] cross(double[] a, double[] b) {
        return unit(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
    }

    static double[] unit(double x, double y, double z) {
        double length = Math.sqrt(x * x + y * y + z * z);
        return new double[] {x / length, y / length, z / length};
    }

    /**
     * Pictures and answers.
     *
     * @param x [count, 64·64·3], from −½ to ½
     * @param y [count, 1], 1 for a soccer ball, else 0
     */
    record Album(Tensor x, Tensor y, List<Thing> things) {
        /** Draws so many pictures, every other one of a soccer ball. */
        static Album draw(int count, Generator random) {
            float[] x = new float[count * SIDE * SIDE * 3];
            float[] y = new float[count];
            List<Thing> things = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Thing thing = Thing.values()[i % 2 == 0 ? 0 : 1 + random.nextInt(Thing.values().length - 1)];
                float[] pixels = paint(thing, random);
                System.arraycopy(pixels, 0, x, i * pixels.length, pixels.length);
                y[i] = i % 2 == 0 ? 1 : 0;
                things.add(thing);
            }
            return new Album(
                    Tensor.of(x, Shape.of(count, SIDE * SIDE * 3)).sub(0.5), Tensor.of(y, Shape.of(count, 1)), things);
        }

        /** The pictures of one kind of thing. */
        Album only(Thing thing) {
            Tensor places = Tensor.of(IntStream.range(0, things.size())
                    .filter(i -> things.get(i) == thing)
                    .toArray());
            return new Album(x.take(0, places), y.take(0, places), Collections.nCopies(places.size(0), thing));
        }

        Tensor picture(int i) {
            return x.select(0, i).reshape(SIDE, SIDE, 3).add(0.5);
        }
    }

    /** Layers one after the other with ReLU between them; in training, some of the inputs of each are dropped. */
    record Network(List<Linear> layers, double drop, Generator dropped) implements Layer {
        static Network of(double drop, long seed, int... sizes) {
            Generator generator = Generator.seeded(seed);
            List<Linear> layers = new ArrayList<>();
            for (int i = 0; i + 1 < sizes.length; i++) {
                layers.add(Linear.of(sizes[i], sizes[i + 1], Initializer.heNormal(), generator));
            }
            return new Network(layers, drop, generator.named("dropout"));
        }

        @Override
        public Tensor forward(Tensor x) {
            return forward(x, false);
        }

        Tensor forward(Tensor x, boolean training) {
            Tensor a = x;
            for (int i = 0; i < layers.size(); i++) {
                a = layers.get(i).forward((i == 0 ? a : a.relu()).dropout(i == 0 ? drop : 0, training, dropped));
            }
            return a;
        }

        /** The share of right answers in percent. */
        double accuracy(Album album) {
            Tensor yes = Autodiff.noGrad(() -> forward(album.x())).gt(0).to(DType.FLOAT32);
            return 100 * yes.eq(album.y()).to(DType.FLOAT64).mean().item();
        }
    }

    /** Right answers in percent, on the pictures learned from and on new ones, after some of the epochs. */
    record Course(List<Double> epochs, List<Double> seen, List<Double> unseen) {
        void add(int epoch, double newSeen, double newUnseen) {
            epochs.add((double) epoch);
            seen.add(newSeen);
            unseen.add(newUnseen);
        }

        double lastSeen() {
            return seen.get(seen.size() - 1);
        }

        double lastUnseen() {
            return unseen.get(unseen.size() - 1);
        }
    }

    /** Trains a network by mini-batches, each step with W ← (1 − αλ)W − α∇. */
    static Course train(
            Page page,
            String label,
            Network network,
            Album album,
            Album test,
            double rate,
            double decay,
            int epochs,
            long seed) {
        Sgd optimizer = Sgd.of(network.parameters(), rate).withWeightDecay(decay);
        DataLoader loader = DataLoader.of(album.x(), album.y(), 20).shuffled(Generator.seeded(seed));
        Course course = new Course(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int epoch : page.steps(label, epochs)) {
            for (Batch batch : loader) {
                Tensor loss = Losses.logLossWithLogits(network.forward(batch.inputs(), true), batch.labels());
                optimizer.zeroGrad();
                loss.backward();
                optimizer.step();
            }
            if ((epoch + 1) % 3 == 0 || epoch + 1 == epochs) {
                course.add(epoch + 1, network.accuracy(album), network.accuracy(test));
                page.tell("%.1f %%, %.1f %% of new ones", course.lastSeen(), course.lastUnseen());
            }
        }
        return course;
    }

    @Override
    public void run(Page page) throws IOException {
        page.section("Is there a soccer ball in the picture?", """
                A picture of 64 × 64 pixels with three colours each is a row of n = 64 · 64 · 3 = 12,288 numbers. The
                answer is 1 if it shows a soccer ball, else 0. We have no photographs, so the program draws: balls of
                a random size and place, turned and lit at random, before four kinds of ground. Half are soccer
                balls, half others. 200 pictures are there to learn from, and 1,000 to see what was learned; the
                latter no training ever sees.
                """);
        Generator random = Generator.seeded(seed);
        Album few = Album.draw(pictures, random.named("few"));
        Album test = Album.draw(1000, random.named("test"));
        int n = SIDE * SIDE * 3;
        Images shown = Images.of("Pictures to learn from", 8, 2);
        for (int i = 0; i < 16; i++) {
            shown.add(few.picture(i), few.things().get(i).words());
        }
        page.picture("pictures", shown);
        page.claim("a picture is a row of 12,288 numbers", few.x().size(1) == 12288);

        page.section("A network with 3n + 14 weights", """
                Three units, two units, one output: n-3-2-1. The first layer has 3n weights and 3 biases, the second
                3 · 2 and 2, the last 2 · 1 and 1, together 3n + 3 + 6 + 2 + 2 + 1 = 3n + 14. That is 36,878 numbers
                to be found from 200 answers. The hidden units are ReLU, the output is a sigmoid, and the loss the
                binary cross-entropy, averaged over the pictures:

                    L = −(y log p + (1 − y) log(1 − p))
                """);
        Network network = Network.of(0, seed + 1, n, 3, 2, 1);
        long weights = network.parameters().stream().mapToLong(Tensor::size).sum();
        page.printf("%d weights and biases", weights);
        page.claim("n-3-2-1 has 3n + 14 of them", weights == 3L * n + 14);

        page.section("Learned by heart", """
                Mini-batches of 20, some dozens of epochs. The network is soon right about nearly all the pictures it
                learns from. About new ones it is right far less often: what it has found are not soccer balls but
                features by which just these pictures can be told apart. That is overfitting.
                """);
        Course plain = train(page, "200 pictures", network, few, test, rate, 0, epochs, seed);
        page.printf(
                "right: %.1f %% of the pictures learned from, %.1f %% of new ones",
                plain.lastSeen(), plain.lastUnseen());
        page.picture(
                "overfitting",
                Plot.of("Pictures that are recognised", "epoch", "right, %")
                        .line("learned from", array(plain.epochs()), array(plain.seen()))
                        .line("new", array(plain.epochs()), array(plain.unseen()))
                        .legendBelow());
        page.claim("about 96 % of the pictures learned from are right", plain.lastSeen(), 96, 4);
        page.claim("of new ones at least 15 in a hundred fewer", plain.lastUnseen() <= plain.lastSeen() - 15);

        page.section("More pictures", """
                The surest remedy, if one can have it. With ten times as many pictures the same network cannot learn
                each by heart and has to find what they have in common. An epoch now has ten times as many steps, so
                that half the epochs are enough.
                """);
        Album many = Album.draw(more, random.named("many"));
        Network rich = Network.of(0, seed + 1, n, 3, 2, 1);
        Course withMore = train(page, more + " pictures", rich, many, test, rate, 0, epochs / 2, seed);
        page.printf("right: %.1f %% and %.1f %% of new ones", withMore.lastSeen(), withMore.lastUnseen());
        page.claim("more pictures help with new ones", withMore.lastUnseen() > plain.lastUnseen() + 5);

        page.section("L2: small weights", """
                Add ½λ‖W‖² to the loss, so that large weights cost something. Its derivative is λW, and the step of
                gradient descent with the step length α becomes

                    W ← W − α(∇L + λW) = (1 − αλ) W − α∇L

                Each step first makes all weights a little smaller: weight decay. (Here the biases, too.) We check
                that the optimizer does what the formula says, and then train.
                """);
        Tensor w = Tensor.of(new double[] {3, -2, 0.5}).requireGrad();
        w.square().sum().backward();
        Tensor expected = w.detach().mul(1 - 0.1 * 0.2).sub(w.grad().mul(0.1)).snapshot();
        Sgd.of(List.of(w), 0.1).withWeightDecay(0.2).step();
        page.claim("a step is (1 − αλ) W − α∇L", w.detach().allClose(expected, 1e-15, 0));
        Course withL2 = train(page, "L2", Network.of(0, seed + 1, n, 3, 2, 1), few, test, rate, 0.1, epochs, seed);
        page.printf("right: %.1f %% and %.1f %% of new ones", withL2.lastSeen(), withL2.lastUnseen());

        page.section("Dropout: no pixel can be relied on", """
                In each step of the training, drop half of the inputs by chance, setting them to zero, and double the
                others, so that the sums stay as large on average (Srivastava et al., 2014). A weight that works only
                together with certain others is of no use then. When the network is used, nothing is dropped. The
                hidden layers are too narrow to lose units, so we drop pixels.
                """);
        Course withDropout =
                train(page, "dropout", Network.of(0.5, seed + 1, n, 3, 2, 1), few, test, rate, 0, epochs, seed);
        page.printf("right: %.1f %% and %.1f %% of new ones", withDropout.lastSeen(), withDropout.lastUnseen());

        page.section("A shallower network", """
                Fewer weights can learn less by heart. Without hidden layers, n-1, there are n + 1 of them, a third:
                logistic regression. But that is still far more than pictures, and 200 points in a space of 12,288
                dimensions can nearly always be separated by a plane, whatever they show.
                """);
        Course shallow = train(page, "n-1", Network.of(0, seed + 1, n, 1), few, test, rate, 0, epochs, seed);
        page.printf("right: %.1f %% and %.1f %% of new ones", shallow.lastSeen(), shallow.lastUnseen());

        page.section("What helped", """
                All in one table. A share of 1,000 pictures is uncertain by some 1.4 points (one standard deviation),
                so small differences mean nothing. Here only more pictures make a large difference; the others help
                little or not at all, as they add no knowledge of what a ball is. What is measured, not what one hopes, decides.
                """);
        List<String> names = List.of("plain", "more pictures", "L2", "dropout", "shallower");
        List<Course> courses = List.of(plain, withMore, withL2, withDropout, shallow);
        Page.Table table = page.table("", "learned from %", "new %", "gap");
        for (int i = 0; i < names.size(); i++) {
            Course c = courses.get(i);
            table.row(names.get(i), c.lastSeen(), c.lastUnseen(), c.lastSeen() - c.lastUnseen());
        }
        table.print();
        page.picture(
                "remedies",
                Bars.of("Right answers", "", "%", names)
                        .add(
                                "learned from",
                                courses.stream().mapToDouble(Course::lastSeen).toArray())
                        .add(
                                "new",
                                courses.stream().mapToDouble(Course::lastUnseen).toArray()));
        page.claim(
                "nothing helps as much as more pictures",
                courses.stream().allMatch(c -> c.lastUnseen() <= withMore.lastUnseen()));

        page.section("What the first layer looks for", """
                The 12,288 weights of a hidden unit are a picture themselves; grey is zero. After 200 pictures they are
                as random as they began, with a little of everything that was seen; after many the place where the
                ball lies stands out.
                """);
        Images units = Images.of("First layer: few pictures above, many below", 3, 3);
        for (Network trained : List.of(network, rich)) {
            Tensor first = trained.layers().get(0).weight().detach();
            for (int unit = 0; unit < 3; unit++) {
                Tensor row = first.select(0, unit);
                units.add(row.div(6 * row.std().item()).add(0.5).reshape(SIDE, SIDE, 3), "unit " + (unit + 1));
            }
        }
        page.picture("weights", units);
        Page.Table kinds = page.table("", "plain, right %", "more pictures, right %");
        for (Thing thing : Thing.values()) {
            Album those = test.only(thing);
            kinds.row(thing.words(), "%.1f".formatted(network.accuracy(those)), "%.1f".formatted(rich.accuracy(those)));
        }
        kinds.print();
    }

    static double[] array(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
