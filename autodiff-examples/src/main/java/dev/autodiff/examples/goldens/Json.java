package dev.autodiff.examples.goldens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the elements of a golden file; what has another type than expected is a {@link GoldenFormatException}. */
final class Json {
    private Json() {}

    static JsonObject object(@Nullable JsonElement element, String what) {
        if (element == null || !element.isJsonObject()) {
            throw wrong(what, "an object", element);
        }
        return element.getAsJsonObject();
    }

    static JsonArray array(@Nullable JsonElement element, String what) {
        if (element == null || !element.isJsonArray()) {
            throw wrong(what, "a list", element);
        }
        return element.getAsJsonArray();
    }

    static String text(@Nullable JsonElement element, String what) {
        if (element instanceof JsonPrimitive p && p.isString()) {
            return p.getAsString();
        }
        throw wrong(what, "a text", element);
    }

    /** A number, or one of the texts NaN, Infinity and -Infinity. */
    static double number(@Nullable JsonElement element, String what) {
        if (element instanceof JsonPrimitive p) {
            if (p.isNumber()) {
                return p.getAsDouble();
            }
            String text = p.getAsString();
            if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
                return Double.parseDouble(text);
            }
        }
        throw wrong(what, "a number", element);
    }

    static int integer(@Nullable JsonElement element, String what) {
        double value = number(element, what);
        if (value != (int) value) {
            throw wrong(what, "a whole number", element);
        }
        return (int) value;
    }

    static boolean flag(@Nullable JsonElement element, String what) {
        if (element instanceof JsonPrimitive p && p.isBoolean()) {
            return p.getAsBoolean();
        }
        throw wrong(what, "true or false", element);
    }

    static double[] numbers(@Nullable JsonElement element, String what) {
        JsonArray array = array(element, what);
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(array.get(i), what + "[" + i + "]");
        }
        return values;
    }

    static boolean isNull(@Nullable JsonElement element) {
        return element == null || element.isJsonNull();
    }

    /** A tensor {@code {"dtype", "shape", "data"}}; a floating one is rounded to {@code floating}. */
    static Tensor tensor(@Nullable JsonElement element, String what, DType floating) {
        JsonObject object = object(element, what);
        JsonArray sizes = array(object.get("shape"), what + ".shape");
        int[] axes = new int[sizes.size()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = integer(sizes.get(i), what + ".shape");
        }
        Shape shape;
        try {
            shape = Shape.of(axes);
        } catch (RuntimeException e) {
            throw new GoldenFormatException(what + ".shape: " + e.getMessage());
        }
        JsonArray data = array(object.get("data"), what + ".data");
        if (data.size() != shape.size()) {
            throw new GoldenFormatException(
                    what + ".data: expected " + shape.size() + " elements for shape " + shape + ", got " + data.size());
        }
        String dtype = text(object.get("dtype"), what + ".dtype");
        return switch (dtype) {
            case "float64" -> Tensor.of(numbers(data, what + ".data"), shape).to(floating);
            case "int64" -> Tensor.of(wholeNumbers(data, what + ".data"), shape);
            case "bool" -> Tensor.of(flags(data, what + ".data"), shape);
            default ->
                throw new GoldenFormatException(what + ".dtype: expected float64, int64 or bool, got '" + dtype + "'");
        };
    }

    private static long[] wholeNumbers(JsonArray data, String what) {
        long[] values = new long[data.size()];
        for (int i = 0; i < values.length; i++) {
            double value = number(data.get(i), what + "[" + i + "]");
            if (value != Math.rint(value) || Double.isInfinite(value)) {
                throw wrong(what + "[" + i + "]", "a whole number", data.get(i));
            }
            values[i] = data.get(i).getAsBigDecimal().longValue();
        }
        return values;
    }

    private static boolean[] flags(JsonArray data, String what) {
        boolean[] values = new boolean[data.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = flag(data.get(i), what + "[" + i + "]");
        }
        return values;
    }

    /** Tensors by name, in the order in which they stand. */
    static Map<String, Tensor> tensors(@Nullable JsonElement element, String what, DType floating) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        object(element, what)
                .entrySet()
                .forEach(e -> result.put(e.getKey(), tensor(e.getValue(), what + "." + e.getKey(), floating)));
        return result;
    }

    /** A list of tensors, null where null stands. */
    static List<@Nullable Tensor> optionalTensors(@Nullable JsonElement element, String what, DType floating) {
        JsonArray array = array(element, what);
        List<@Nullable Tensor> result = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JsonElement e = array.get(i);
            result.add(e.isJsonNull() ? null : tensor(e, what + "[" + i + "]", floating));
        }
        return result;
    }

    /** The names of a list of tensors, empty where one has none. */
    static List<String> names(@Nullable JsonElement element, String what) {
        List<String> result = new ArrayList<>();
        for (JsonElement e : array(element, what)) {
            JsonElement name = e.isJsonObject() ? e.getAsJsonObject().get("name") : null;
            result.add(isNull(name) ? "" : text(name, what + ".name"));
        }
        return result;
    }

    private static GoldenFormatException wrong(String what, String expected, @Nullable JsonElement got) {
        String text = got == null ? "nothing" : got.toString();
        return new GoldenFormatException(
                what + ": expected " + expected + ", got " + (text.length() > 60 ? text.substring(0, 60) + "…" : text));
    }
}
