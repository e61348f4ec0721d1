package dev.autodiff.examples;

import dev.autodiff.Autodiff;
import dev.autodiff.Generator;
import dev.autodiff.Tensor;
import dev.autodiff.examples.page.ProgramException;
import dev.autodiff.nn.Activation;
import dev.autodiff.nn.Initializer;
import dev.autodiff.nn.Layer;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Sequential;
import dev.autodiff.nn.io.Safetensors;
import dev.autodiff.shape.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A classifier of handwritten digits: linear layers with ReLU between them, {@code 784-128-64-10} for example. Its file tells
 * architecture, type and normalisation in the metadata.
 *
 * @param sizes of the layers, the first 784 and the last 10
 * @param net the layers
 * @param dtype of the parameters
 * @param mean subtracted from each pixel, which goes from 0 to 1
 * @param deviation by which each pixel is then divided
 */
record DigitModel(List<Integer> sizes, Sequential net, DType dtype, double mean, double deviation) {
    static final int SIDE = 28;
    static final int PIXELS = SIDE * SIDE;
    static final int CLASSES = 10;

    /** Mean and standard deviation of all pixels of the training digits. */
    private static final double MNIST_MEAN = 0.1307;

    private static final double MNIST_DEVIATION = 0.3081;

    private static final String ARCHITECTURE = "architecture";
    private static final String DTYPE = "dtype";
    private static final String NORMALISATION = "normalisation";
    private static final Pattern ARCHITECTURE_FORM = Pattern.compile("mlp (\\d{1,7}(?:-\\d{1,7})+) relu");
    private static final Pattern NORMALISATION_FORM = Pattern.compile("mean (\\S+) deviation (\\S+)");

    /** A new model: weights as He et al. begin them, the last layer's as Glorot and Bengio do. */
    static DigitModel create(List<Integer> hidden, DType dtype, Generator generator) {
        List<Integer> sizes = new ArrayList<>(List.of(PIXELS));
        sizes.addAll(hidden);
        sizes.add(CLASSES);
        return of(sizes, dtype, MNIST_MEAN, MNIST_DEVIATION, generator);
    }

    private static DigitModel of(List<Integer> sizes, DType dtype, double mean, double deviation, Generator generator) {
        List<Layer> layers = new ArrayList<>();
        for (int i = 1; i < sizes.size(); i++) {
            boolean last = i == sizes.size() - 1;
            Initializer initializer = last ? Initializer.xavierUniform() : Initializer.heUniform();
            layers.add(Linear.of(sizes.get(i - 1), sizes.get(i), initializer, generator, dtype));
            if (!last) {
                layers.add(Activation.RELU);
            }
        }
        Sequential net = new Sequential(layers);
        net.nameParameters();
        return new DigitModel(List.copyOf(sizes), net, dtype, mean, deviation);
    }

    /** The logits [n, 10] of images [n, 28, 28] with pixels from 0 to 1. */
    Tensor logits(Tensor images) {
        return net.forward(images.reshape(-1, PIXELS).mul(1 / deviation).sub(mean / deviation));
    }

    /** The probabilities of the ten digits for one image [28, 28]. */
    double[] probabilities(Tensor image) {
        return Autodiff.noGrad(
                () -> logits(image.to(dtype)).softmax(1).flatten().toDoubleArray());
    }

    String architecture() {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("-"));
    }

    /** Writes the model so that the old or the new file is whole at any moment. */
    void save(Path file) {
        Safetensors.of(net.state())
                .withMetadata(Map.of(
                        ARCHITECTURE,
                        "mlp " + architecture() + " relu",
                        DTYPE,
                        dtype.label(),
                        NORMALISATION,
                        "mean " + mean + " deviation " + deviation))
                .write(file);
    }

    /** Reads a model; a file that is no such model is a {@link ProgramException}. */
    static DigitModel load(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ProgramException(file + ": expected a model file, "
                    + (Files.exists(file) ? "this is none" : "there is no such file"));
        }
        Safetensors content = Safetensors.read(file);
        Map<String, String> metadata = content.metadata();
        String architecture = metadata.getOrDefault(ARCHITECTURE, "none");
        Matcher form = ARCHITECTURE_FORM.matcher(architecture);
        if (!form.matches()) {
            throw wrong(file, "architecture mlp 784-…-10 relu, as ./autodiff mnist writes it", architecture);
        }
        List<Integer> sizes =
                Arrays.stream(form.group(1).split("-")).map(Integer::valueOf).toList();
        if (sizes.get(0) != PIXELS || sizes.get(sizes.size() - 1) != CLASSES || sizes.contains(0)) {
            throw wrong(file, "a net from 784 pixels to 10 digits", architecture);
        }
        String label = metadata.getOrDefault(DTYPE, "none");
        if (!label.equals("float32") && !label.equals("float64")) {
            throw wrong(file, "dtype float32 or float64", label);
        }
        Matcher normalisation = NORMALISATION_FORM.matcher(metadata.getOrDefault(NORMALISATION, "none"));
        if (!normalisation.matches()) {
            throw wrong(file, "normalisation mean M deviation D", metadata.getOrDefault(NORMALISATION, "none"));
        }
        // Before anything of the promised size is allocated.
        checkShapes(file, sizes, content.tensors());
        try {
            DigitModel model = of(
                    sizes,
                    DType.ofLabel(label),
                    Double.parseDouble(normalisation.group(1)),
                    Double.parseDouble(normalisation.group(2)),
                    Generator.seeded(0));
            model.net.load(content.tensors());
            return model;
        } catch (NumberFormatException e) {
            throw wrong(file, "normalisation with two numbers", normalisation.group());
        } catch (IllegalArgumentException e) {
            throw new ProgramException(file + ": " + e.getMessage(), e);
        }
    }

    private static void checkShapes(Path file, List<Integer> sizes, Map<String, Tensor> tensors) {
        for (int i = 1; i < sizes.size(); i++) {
            String name = 2 * (i - 1) + ".weight";
            Tensor weight = tensors.get(name);
            String expected = "[" + sizes.get(i) + ", " + sizes.get(i - 1) + "]";
            if (weight == null || !weight.shape().toString().equals(expected)) {
                throw wrong(
                        file,
                        "the tensor " + name + " of shape " + expected,
                        weight == null ? "none" : weight.shape().toString());
            }
        }
    }

    private static ProgramException wrong(Path file, String expected, String actual) {
        return new ProgramException(file + ": expected " + expected + ", got " + actual);
    }
}
