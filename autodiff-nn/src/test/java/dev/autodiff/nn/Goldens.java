package dev.autodiff.nn;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The golden files: numbers computed with PyTorch in float64. */
public final class Goldens {
    /** Tolerance of trajectories over some steps of training, as the golden files' description has it. */
    public static final double RELATIVE = 1e-8;
    /** The absolute part of the tolerance of trajectories. */
    public static final double ABSOLUTE = 1e-10;

    private Goldens() {}

    /** Reads a golden file from the test resources. */
    public static JsonObject read(String name) {
        InputStream in = Goldens.class.getResourceAsStream("/goldens/" + name);
        try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Turns {@code {"dtype", "shape", "data"}} into a float64 tensor. */
    public static Tensor tensor(JsonElement json) {
        JsonObject object = json.getAsJsonObject();
        double[] data = numbers(object.get("data"));
        int[] sizes = new int[object.getAsJsonArray("shape").size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = object.getAsJsonArray("shape").get(i).getAsInt();
        }
        return Tensor.of(data, Shape.of(sizes)).to(DType.FLOAT64);
    }

    /** Turns a list of numbers into an array. */
    public static double[] numbers(JsonElement json) {
        JsonArray array = json.getAsJsonArray();
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).getAsDouble();
        }
        return numbers;
    }
}
