package dev.autodiff.nn;

import dev.autodiff.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Layers one after the other, {@code y = layer_n(… layer_1(x))}; none return x itself. Their names are their numbers from 0, as in
 * {@code 0.weight}.
 *
 * @param layers in the order in which they are applied
 */
public record Sequential(List<Layer> layers) implements Layer {

    /** Copies the list. */
    public Sequential {
        layers = List.copyOf(layers);
    }

    /** Returns layers one after the other. */
    public static Sequential of(Layer... layers) {
        return new Sequential(List.of(layers));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.forward(y);
        }
        return y;
    }

    @Override
    public Map<String, ?> children() {
        Map<String, Layer> children = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            children.put(Integer.toString(i), layers.get(i));
        }
        return children;
    }
}
