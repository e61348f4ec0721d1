package dev.autodiff.examples.goldens;

import dev.autodiff.ConvOptions;

/** The family conv. */
final class ConvolutionCalls {
    private ConvolutionCalls() {}

    static void register(OperationTable table) {
        table.op("conv1d", c -> c.x().conv1d(c.y(), c.optional(2), options(c)));
        table.op("conv2d", c -> c.x().conv2d(c.y(), c.optional(2), options(c)));
        table.op("conv3d", c -> c.x().conv3d(c.y(), c.optional(2), options(c)));
        table.op("conv_transpose1d", c -> c.x().convTranspose1d(c.y(), c.optional(2), transposed(c)));
        table.op("conv_transpose2d", c -> c.x().convTranspose2d(c.y(), c.optional(2), transposed(c)));
        table.op("conv_transpose3d", c -> c.x().convTranspose3d(c.y(), c.optional(2), transposed(c)));
    }

    private static ConvOptions options(Call c) {
        ConvOptions options = ConvOptions.defaults()
                .stride(c.integersOr("stride", 1))
                .dilation(c.integersOr("dilation", 1))
                .groups(c.integer("groups", 1));
        if (!c.isText("padding")) {
            return options.padding(c.integersOr("padding", 0));
        }
        String padding = c.text("padding", "valid");
        return switch (padding) {
            case "valid" -> options;
            case "same" -> options.samePadding();
            default -> throw c.impossible("padding=" + padding);
        };
    }

    private static ConvOptions transposed(Call c) {
        return options(c).outputPadding(c.integersOr("output_padding", 0));
    }
}
