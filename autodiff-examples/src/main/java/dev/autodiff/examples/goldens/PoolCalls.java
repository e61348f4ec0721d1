package dev.autodiff.examples.goldens;

import dev.autodiff.InterpolationMode;
import dev.autodiff.Tensor;
import dev.autodiff.Window;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The family pool. */
final class PoolCalls {
    /** Over how many axes PyTorch's names of one mode interpolate; this library has one name and looks at the input. */
    private static final Map<String, Integer> AXES = Map.of("linear", 1, "bilinear", 2, "bicubic", 2, "trilinear", 3);

    private PoolCalls() {}

    static void register(OperationTable table) {
        table.op("max_pool1d", c -> c.x().maxPool1d(window(c)));
        table.op("max_pool2d", c -> c.x().maxPool2d(window(c)));
        table.op("max_pool3d", c -> c.x().maxPool3d(window(c)));
        table.op("avg_pool1d", c -> c.x().avgPool1d(window(c), c.flag("count_include_pad", true)));
        table.op("avg_pool2d", c -> {
            boolean countPadding = c.flag("count_include_pad", true);
            return c.has("divisor_override")
                    ? c.x().avgPool2d(window(c), c.integer("divisor_override"))
                    : c.x().avgPool2d(window(c), countPadding);
        });
        table.op("avg_pool3d", c -> {
            boolean countPadding = c.flag("count_include_pad", true);
            int divisor = c.integer("divisor_override", 0);
            return divisor != 0 ? c.x().avgPool3d(window(c), divisor) : c.x().avgPool3d(window(c), countPadding);
        });
        table.op("adaptive_avg_pool1d", c -> c.x().adaptiveAvgPool1d(c.integers("output_size")[0]));
        table.op("adaptive_avg_pool2d", c -> c.x().adaptiveAvgPool2d(sizes(c, 2)));
        table.op("adaptive_avg_pool3d", c -> c.x().adaptiveAvgPool3d(c.integers("output_size")));
        table.op("adaptive_max_pool1d", c -> c.x().adaptiveMaxPool1d(c.integers("output_size")[0]));
        table.op("adaptive_max_pool2d", c -> c.x().adaptiveMaxPool2d(sizes(c, 2)));
        table.op("adaptive_max_pool3d", c -> c.x().adaptiveMaxPool3d(c.integers("output_size")));
        table.op("unfold", c -> c.x().unfold(window(c)));
        table.op("fold", c -> c.x().fold(window(c), c.integers("output_size")));
        table.op("interpolate", PoolCalls::interpolate);
        table.op("pixel_shuffle", c -> c.x().pixelShuffle(c.integer("upscale_factor")));
        table.op("pixel_unshuffle", c -> c.x().pixelUnshuffle(c.integer("downscale_factor")));
    }

    /** The sizes of adaptive pooling, where null stands for that of the input. */
    private static int[] sizes(Call c, int axes) {
        int[] sizes = c.integersOrNull("output_size", Integer.MIN_VALUE);
        Tensor x = c.x();
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == Integer.MIN_VALUE) {
                sizes[i] = x.size(i - axes);
            }
        }
        return sizes;
    }

    private static Window window(Call c) {
        return Window.of(c.integers("kernel_size"))
                .stride(c.integers("stride"))
                .padding(c.integersOr("padding", 0))
                .dilation(c.integersOr("dilation", 1))
                .ceil(c.flag("ceil_mode", false));
    }

    private static Tensor interpolate(Call c) {
        String name = c.text("mode", "nearest");
        InterpolationMode mode = switch (name) {
            case "nearest" -> InterpolationMode.NEAREST;
            case "nearest-exact" -> InterpolationMode.NEAREST_EXACT;
            case "linear", "bilinear", "trilinear" -> InterpolationMode.LINEAR;
            case "bicubic" -> InterpolationMode.CUBIC;
            case "area" -> InterpolationMode.AREA;
            default -> throw c.impossible("mode=" + name);
        };
        @Nullable Integer axes = AXES.get(name);
        if (axes != null && c.x().rank() != axes + 2) {
            throw c.impossible("mode=" + name + " over " + (c.x().rank() - 2) + " axes");
        }
        boolean alignCorners = c.flag("align_corners", false);
        int[] size = c.integers("size");
        double[] factors = c.numbers("scale_factor");
        if (size.length > 0 && factors.length > 0) {
            throw c.impossible("size and scale_factor");
        }
        return size.length > 0
                ? c.x().interpolate(mode, alignCorners, size)
                : c.x().interpolateBy(mode, alignCorners, factors);
    }
}
