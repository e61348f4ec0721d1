package dev.autodiff;

import dev.autodiff.kernel.WindowAxis;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Normalisations, whose variances are means of squared deviations, and dropout. In the formulas ε is {@code epsilon}, and weight and bias
 * may be missing. Shapes that do not fit are a {@link ShapeException}.
 */
public sealed interface NormalizationMath permits Tensor {

    /**
     * {@code (x − mean)/√(variance + ε)·weight + bias} with mean and variance over the last axes, those of weight and bias.
     *
     * @param normalizedShape the sizes of these axes, at least one
     */
    default Tensor layerNorm(Shape normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        Tensor x = lastAxes("layerNorm", normalizedShape, weight, bias);
        checkEpsilon("layerNorm", epsilon);
        Tensor y = Engine.apply(new Standardization.Standardize(0, x.rank() - normalizedShape.rank(), epsilon), x);
        Tensor scaled = weight == null ? y : y.mul(weight);
        return bias == null ? scaled : scaled.add(bias);
    }

    /**
     * {@code x/√(mean(x²) + ε)·weight} with the mean over the last axes, those of weight (Zhang and Sennrich, 2019).
     *
     * @param normalizedShape the sizes of these axes, at least one
     */
    default Tensor rmsNorm(Shape normalizedShape, @Nullable Tensor weight, double epsilon) {
        Tensor x = lastAxes("rmsNorm", normalizedShape, weight, null);
        checkEpsilon("rmsNorm", epsilon);
        int[] axes = new int[normalizedShape.rank()];
        Arrays.setAll(axes, d -> d - axes.length);
        Tensor y = x.mul(x.square().mean(true, axes).add(epsilon).rsqrt());
        return weight == null ? y : y.mul(weight);
    }

    private Tensor lastAxes(String operation, Shape normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias) {
        Tensor x = (Tensor) this;
        Engine.floating(operation, x);
        int from = x.rank() - normalizedShape.rank();
        if (normalizedShape.rank() == 0
                || from < 0
                || !x.shape().slice(from, x.rank()).equals(normalizedShape)) {
            throw new ShapeException(operation + ": expected an input whose last axes are the normalized shape "
                    + normalizedShape + ", got " + x.shape());
        }
        checkParameter(operation, "weight", weight, normalizedShape, x);
        checkParameter(operation, "bias", bias, normalizedShape, x);
        return x;
    }

    private static void checkEpsilon(String operation, double epsilon) {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException(operation + ": expected an epsilon of at least 0, got " + epsilon);
        }
    }

    private static void checkParameter(
            String operation, String name, @Nullable Tensor parameter, Shape shape, Tensor x) {
        if (parameter != null) {
            Engine.floating(operation, x, parameter);
            if (!parameter.shape().equals(shape)) {
                throw new ShapeException(operation + ": expected a " + name + " of shape " + shape + " for input "
                        + x.shape() + ", got " + parameter.shape());
            }
        }
    }

    /**
     * {@code (x − mean)/√(variance + ε)·weight + bias} for x [batch, channels, spatial…], with mean and variance over each group of
     * neighbouring channels of an image (Wu and He, 2018); weight and bias are [channels].
     *
     * @param groups divides the channels
     */
    default Tensor groupNorm(int groups, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        Tensor x = withChannels("groupNorm", 2, weight, bias);
        checkEpsilon("groupNorm", epsilon);
        int channels = x.size(1);
        if (groups < 1 || channels % groups != 0) {
            throw new ShapeException(
                    "groupNorm: expected groups that divide the channels of " + x.shape() + ", got " + groups);
        }
        int rest = channels / groups * x.shape().slice(2, x.rank()).size();
        Tensor y = Engine.apply(
                new Standardization.Standardize(0, 2, epsilon), x.reshape(Shape.of(x.size(0), groups, rest)));
        return perChannel(y.reshape(x.shape()), weight, bias);
    }

    /**
     * {@code (x − mean)/√(variance + ε)·weight + bias} for x [batch, channels, spatial…], with mean and variance over the spatial axes
     * of each channel of an image; weight and bias are [channels].
     */
    default Tensor instanceNorm(@Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        Tensor x = withChannels("instanceNorm", 3, weight, bias);
        checkEpsilon("instanceNorm", epsilon);
        if (x.shape().slice(2, x.rank()).size() == 1) {
            throw new ShapeException("instanceNorm: expected more than one spatial element, of which a variance can be"
                    + " taken, got " + x.shape());
        }
        return perChannel(Engine.apply(new Standardization.Standardize(0, 2, epsilon), x), weight, bias);
    }

    /**
     * {@code (x − mean)/√(variance + ε)·weight + bias} for x [batch, channels, spatial…], with mean and variance of this batch over all axes
     * but the channels (Ioffe and Szegedy, 2015); weight and bias are [channels].
     */
    default Tensor batchNorm(@Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        Tensor x = withChannels("batchNorm", 2, weight, bias);
        checkEpsilon("batchNorm", epsilon);
        if (x.size() / Math.max(1, x.size(1)) == 1) {
            throw new ShapeException(
                    "batchNorm: expected more than one element for each channel, of which a variance can be"
                            + " taken, got " + x.shape());
        }
        return perChannel(Engine.apply(new Standardization.Standardize(1, 2, epsilon), x), weight, bias);
    }

    /**
     * Batch normalisation with running statistics [channels]. In training, it normalises by mean and variance of this batch, as {@link
     * #batchNorm(Tensor, Tensor, double)} does, and the new statistics are {@code (1 − momentum)·running + momentum·batch}, with the unbiased
     * variance, of n − 1; else it normalises by the running ones, which stay as they are.
     *
     * @param momentum the weight of this batch, from 0 to 1
     */
    default BatchNorm batchNorm(
            Tensor runningMean,
            Tensor runningVariance,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            boolean training,
            double momentum,
            double epsilon) {
        Operands.check("batchNorm", 1, runningMean, runningVariance);
        Tensor x = withChannels("batchNorm", 2, weight, bias);
        checkEpsilon("batchNorm", epsilon);
        Shape channels = Shape.of(x.size(1));
        checkParameter("batchNorm", "running mean", runningMean, channels, x);
        checkParameter("batchNorm", "running variance", runningVariance, channels, x);
        if (!training) {
            Tensor scale = runningVariance.detach().add(epsilon).rsqrt();
            Tensor y = x.sub(alongChannels(runningMean.detach(), x)).mul(alongChannels(scale, x));
            return new BatchNorm(perChannel(y, weight, bias), runningMean, runningVariance);
        }
        Tensor y = batchNorm(weight, bias, epsilon);
        int n = x.size() / Math.max(1, x.size(1));
        Tensor flat = x.detach().reshape(Shape.of(x.size(0), x.size(1), n / Math.max(1, x.size(0))));
        Tensor mean = flat.sum(2).sum(0).div(n);
        Tensor deviation = flat.sub(mean.expandDims(-1));
        Tensor variance = deviation.square().sum(2).sum(0).div(n - 1);
        return new BatchNorm(y, blend(runningMean, mean, momentum), blend(runningVariance, variance, momentum));
    }

    private static Tensor blend(Tensor running, Tensor batch, double momentum) {
        return running.detach().mul(1 - momentum).add(batch.mul(momentum));
    }

    private Tensor withChannels(String operation, int least, @Nullable Tensor weight, @Nullable Tensor bias) {
        Tensor x = (Tensor) this;
        Engine.floating(operation, x);
        if (x.rank() < least) {
            throw new ShapeException(operation + ": expected [batch, channels" + (least > 2 ? ", spatial…" : "")
                    + "], got " + x.shape());
        }
        checkParameter(operation, "weight", weight, Shape.of(x.size(1)), x);
        checkParameter(operation, "bias", bias, Shape.of(x.size(1)), x);
        return x;
    }

    private static Tensor perChannel(Tensor y, @Nullable Tensor weight, @Nullable Tensor bias) {
        Tensor scaled = weight == null ? y : y.mul(alongChannels(weight, y));
        return bias == null ? scaled : scaled.add(alongChannels(bias, y));
    }

    /** [channels] in a shape that broadcasts against [batch, channels, spatial…]. */
    private static Tensor alongChannels(Tensor parameter, Tensor x) {
        int[] shape = new int[x.rank() - 1];
        Arrays.fill(shape, 1);
        shape[0] = parameter.size();
        return parameter.reshape(Shape.of(shape));
    }

    /**
     * {@code x/(k + alpha/size·Σ x[n, c', …]²)^beta} for x [batch, channels, spatial…], the sum over the {@code size} channels c' from {@code c −
     * ⌊size/2⌋} on, as far as they exist (Krizhevsky et al., 2012).
     */
    default Tensor localResponseNorm(int size, double alpha, double beta, double k) {
        Tensor x = withChannels("localResponseNorm", 3, null, null);
        if (size < 1) {
            throw new IllegalArgumentException("localResponseNorm: size must be at least 1, got " + size);
        }
        int channels = x.size(1);
        int rest = x.shape().slice(2, x.rank()).size();
        List<WindowAxis> windows = List.of(
                new WindowAxis.Sliding(channels, channels, size, 1, 1, size / 2),
                new WindowAxis.Sliding(rest, rest, 1, 1, 1, 0));
        Tensor squares = x.square().reshape(Shape.of(x.size(0), channels, rest));
        Tensor sums = Engine.apply(new Windows.SumWindows(windows), squares).reshape(x.shape());
        return x.div(sums.mul(alpha / size).add(k).pow(beta));
    }

    /**
     * In training, sets each element to 0 with probability p and scales the others by 1/(1 − p), so that the expectation stays (Srivastava
     * et al., 2014); else x as it is.
     *
     * @param p from 0 to 1
     * @param generator gives one number for each element
     * @throws IllegalArgumentException if p is not from 0 to 1
     */
    default Tensor dropout(double p, boolean training, Generator generator) {
        Tensor x = (Tensor) this;
        Engine.floating("dropout", x);
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: expected a probability from 0 to 1, got " + p);
        }
        if (!training || p == 0) {
            return x;
        }
        if (p == 1) {
            return x.mul(0);
        }
        Tensor kept = Tensor.uniform(generator, x.dtype(), x.shape(), 0, 1).ge(p);
        return x.mul(kept.to(x.dtype()).mul(1 / (1 - p)));
    }
}
