package dev.autodiff.examples.goldens;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the library calls the operations and acts that PyTorch has other names for. Its messages begin with the name of what the user called,
 * {@code reshape: …}: a refusal that speaks of another operation is none.
 */
final class RefusalNames {
    /** The names that are not PyTorch's without underscores; a formula of the runner is named by its parts. */
    private static final Map<String, Set<String>> OTHERS = Map.ofEntries(
            Map.entry("inv", Set.of("inverse")),
            Map.entry("matrix_power", Set.of("matrixPower", "inverse")),
            Map.entry("quadratic_form", Set.of("dot", "solve")),
            Map.entry("gaussian_logpdf", Set.of("sub", "dot", "solve", "logdet")),
            Map.entry("matmul_self", Set.of("matmul")),
            Map.entry("gram", Set.of("matmul")),
            Map.entry("reshape_of_transpose", Set.of("transpose")),
            Map.entry("amax", Set.of("max")),
            Map.entry("amin", Set.of("min")),
            Map.entry("max_dim", Set.of("maxWithIndex")),
            Map.entry("min_dim", Set.of("minWithIndex")),
            Map.entry("dist", Set.of("distance")),
            Map.entry("clamp_tensor", Set.of("clamp")),
            Map.entry("lerp_scalar", Set.of("lerp")),
            Map.entry("cat", Set.of("concat")),
            Map.entry("expand", Set.of("expand", "broadcastTo")),
            Map.entry("movedim", Set.of("moveAxis")),
            Map.entry("repeat", Set.of("repeat", "tile")),
            Map.entry("split", Set.of("split", "splitEvery")),
            Map.entry("take_along_dim", Set.of("takeAlongAxis")),
            Map.entry("unfold_dim", Set.of("unfold")),
            Map.entry("unsqueeze", Set.of("expandDims")),
            Map.entry("index2", Set.of("index")),
            Map.entry("conv1d", Set.of("conv1d", "conv")), // the options that all convolutions share
            Map.entry("conv2d", Set.of("conv2d", "conv")),
            Map.entry("conv3d", Set.of("conv3d", "conv")),
            Map.entry("conv_transpose1d", Set.of("convTranspose1d", "conv")),
            Map.entry("conv_transpose2d", Set.of("convTranspose2d", "conv")),
            Map.entry("max_pool1d", Set.of("maxPool1d", "window")), // the windows that all pools share
            Map.entry("max_pool2d", Set.of("maxPool2d", "window")),
            Map.entry("avg_pool1d", Set.of("avgPool1d", "window")),
            Map.entry("avg_pool2d", Set.of("avgPool2d", "window")),
            Map.entry("unfold", Set.of("unfold", "window")),
            Map.entry("fold", Set.of("fold", "window")),
            Map.entry("binary_cross_entropy", Set.of("logLoss")),
            Map.entry("binary_cross_entropy_with_logits", Set.of("logLossWithLogits")),
            Map.entry("kl_div", Set.of("klDivergence")),
            Map.entry("mse_loss", Set.of("mse")),
            Map.entry("l1_loss", Set.of("l1")));

    private RefusalNames() {}

    /** Tells whether this is the library's name of an operation. */
    static boolean isNameOf(String name, String op) {
        if (EngineAct.isAct(op)) {
            return ofAct(op).contains(name);
        }
        Set<String> others = OTHERS.get(op);
        return others != null ? others.contains(name) : letters(name).equals(letters(op.replaceFirst("_loss$", "")));
    }

    /** Returns the names of the methods by which an act is committed. */
    private static Set<String> ofAct(String op) {
        if (op.startsWith("item")) {
            return Set.of("item");
        }
        if (op.startsWith("in")) {
            return Set.of("assign", "backward");
        }
        return op.startsWith("backward")
                ? Set.of("backward", "requireGrad")
                : Set.of("gradients", "backward", "requireGrad");
    }

    private static String letters(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Tells whether a message names the operation and says something of it. An accident such as a null pointer names nothing. */
    static boolean names(RuntimeException e, String op) {
        String message = e.getMessage();
        return message != null
                && message.matches("(?s)\\w+: .+")
                && isNameOf(message.substring(0, message.indexOf(':')), op)
                && !(e instanceof NullPointerException)
                && !(e instanceof ClassCastException)
                && !(e instanceof ArrayIndexOutOfBoundsException)
                && !(e instanceof NegativeArraySizeException);
    }
}
