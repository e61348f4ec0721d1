package dev.autodiff.examples.goldens;

import dev.autodiff.Tensor;
import dev.autodiff.nn.Attention;
import dev.autodiff.nn.Attention.EncoderOptions;
import dev.autodiff.nn.Attention.EncoderWeights;
import dev.autodiff.nn.Attention.MultiHeadWeights;
import dev.autodiff.nn.Attention.Norm;
import dev.autodiff.nn.Linear;
import dev.autodiff.nn.Recurrent;
import dev.autodiff.nn.Recurrent.LstmOutput;
import dev.autodiff.nn.Recurrent.LstmState;
import dev.autodiff.nn.Recurrent.Option;
import dev.autodiff.nn.Recurrent.Output;
import dev.autodiff.nn.Recurrent.Weights;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The family rnn_attention. */
final class RecurrentCalls {
    private RecurrentCalls() {}

    static void register(OperationTable table) {
        table.several("lstm_cell", c -> {
            LstmState state = Recurrent.lstmCell(c.x(), new LstmState(c.x("hx"), c.x("cx")), cellWeights(c));
            return List.of(state.hidden(), state.cell());
        });
        table.op("gru_cell", c -> Recurrent.gruCell(c.x(), c.x("hx"), cellWeights(c)));
        table.op("rnn_tanh_cell", c -> Recurrent.rnnTanhCell(c.x(), c.x("hx"), cellWeights(c)));
        table.op("rnn_relu_cell", c -> Recurrent.rnnReluCell(c.x(), c.x("hx"), cellWeights(c)));
        table.several("lstm", c -> {
            Tensor h = c.optional("hx");
            Tensor cell = c.optional("cx");
            LstmOutput out = Recurrent.lstm(
                    c.x(), h == null || cell == null ? null : new LstmState(h, cell), layers(c), options(c));
            return List.of(out.output(), out.state().hidden(), out.state().cell());
        });
        sequence(table, "gru", Recurrent::gru);
        sequence(table, "rnn_tanh", Recurrent::rnnTanh);
        sequence(table, "rnn_relu", Recurrent::rnnRelu);

        table.op("scaled_dot_product_attention", c -> Attention.scaledDotProduct(c.x(0), c.x(1), c.x(2), masks(c)));
        table.op("multi_head_attention", c -> {
            boolean batchFirst = c.flag("batch_first", false) || c.x(0).rank() == 2;
            MultiHeadWeights weights = new MultiHeadWeights(
                    new Linear(c.x("in_proj_weight"), c.optional("in_proj_bias")), linear(c, "out_proj"));
            Tensor out = Attention.multiHead(
                    turned(c.x(0), batchFirst),
                    turned(c.x(1), batchFirst),
                    turned(c.x(2), batchFirst),
                    weights,
                    c.integer("num_heads"),
                    masks(c));
            return turned(out, batchFirst);
        });
        table.op("transformer_encoder_layer", RecurrentCalls::encoderLayer);
    }

    private interface Sequence {
        Output of(Tensor x, @Nullable Tensor initial, List<Weights> weights, Option... options);
    }

    private static void sequence(OperationTable table, String name, Sequence function) {
        table.several(name, c -> {
            Output out = function.of(c.x(), c.optional("hx"), layers(c), options(c));
            return List.of(out.output(), out.state());
        });
    }

    private static Weights cellWeights(Call c) {
        return new Weights(c.x("w_ih"), c.x("w_hh"), c.optional("b_ih"), c.optional("b_hh"));
    }

    /** The weights of all layers and directions, which PyTorch names {@code weight_ih_l0}, {@code weight_ih_l0_reverse}, …. */
    private static List<Weights> layers(Call c) {
        int count = c.integer("num_layers", 1);
        boolean both = c.flag("bidirectional", false);
        List<Weights> result = new ArrayList<>();
        for (int i = 0; i < (both ? 2 * count : count); i++) {
            String place = both ? "l" + i / 2 + (i % 2 == 1 ? "_reverse" : "") : "l" + i;
            result.add(new Weights(
                    c.x("weight_ih_" + place),
                    c.x("weight_hh_" + place),
                    c.optional("bias_ih_" + place),
                    c.optional("bias_hh_" + place)));
        }
        expect(c, "hidden_size", result.get(0).hidden().size(1));
        return result;
    }

    private static Option[] options(Call c) {
        List<Option> options = new ArrayList<>();
        if (c.flag("batch_first", false)) {
            options.add(Option.BATCH_FIRST);
        }
        if (c.flag("bidirectional", false)) {
            options.add(Option.BIDIRECTIONAL);
        }
        return options.toArray(new Option[0]);
    }

    private static Attention.Options masks(Call c) {
        Attention.Options options = new Attention.Options();
        return c.flag("is_causal", false) ? options.withCausal() : options;
    }

    /** Swaps time and batch unless the batch is first already. */
    private static Tensor turned(Tensor x, boolean batchFirst) {
        return batchFirst ? x : x.transpose(0, 1);
    }

    private static Tensor encoderLayer(Call c) {
        EncoderWeights weights = new EncoderWeights(
                new MultiHeadWeights(
                        new Linear(c.x("self_attn.in_proj_weight"), c.optional("self_attn.in_proj_bias")),
                        linear(c, "self_attn.out_proj")),
                linear(c, "linear1"),
                linear(c, "linear2"),
                new Norm(c.x("norm1.weight"), c.optional("norm1.bias")),
                new Norm(c.x("norm2.weight"), c.optional("norm2.bias")));
        expect(c, "dim_feedforward", weights.wide().weight().size(0));
        EncoderOptions options = new EncoderOptions(c.integer("nhead")).withEps(c.number("layer_norm_eps", 1e-5));
        if (c.number("dropout", 0) != 0) {
            throw c.unknown("dropout=" + c.number("dropout"));
        }
        if (c.flag("norm_first", false)) {
            options = options.withNormFirst();
        }
        String activation = c.text("activation", "relu");
        options = switch (activation) {
            case "relu" -> options;
            case "gelu" -> options.withActivation(Tensor::gelu);
            default -> throw c.impossible("activation=" + activation);
        };
        boolean batchFirst = c.flag("batch_first", true) || c.x().rank() == 2;
        return turned(Attention.transformerEncoderLayer(turned(c.x(), batchFirst), weights, options), batchFirst);
    }

    private static Linear linear(Call c, String name) {
        return new Linear(c.x(name + ".weight"), c.optional(name + ".bias"));
    }

    /** Reads an argument that merely repeats a size of the weights. */
    private static void expect(Call c, String name, int size) {
        if (c.integer(name, size) != size) {
            throw c.unknown(name + "=" + c.integer(name));
        }
    }
}
