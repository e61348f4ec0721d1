package dev.autodiff.examples.goldens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.autodiff.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The inputs and the arguments of one golden case. It notes what an operation reads, so that an argument or an optional input which
 * nobody looked at is reported as unknown and never passes in silence.
 */
final class Call {
    private final String op;
    private final JsonObject arguments;
    private final List<@Nullable Tensor> inputs;
    private final List<String> names;
    private final Set<String> read = new HashSet<>();
    private final boolean[] readInputs;

    /**
     * A call with inputs that have names.
     *
     * @param names of all inputs, empty for those that have none
     */
    Call(String op, JsonObject arguments, List<@Nullable Tensor> inputs, List<String> names) {
        this.op = op;
        this.arguments = arguments;
        this.inputs = inputs;
        this.names = names;
        this.readInputs = new boolean[inputs.size()];
    }

    /** Throws if an argument that is given was not read. */
    void checkArgumentsRead() {
        for (String name : arguments.keySet()) {
            if (!read.contains(name) && has(name)) {
                throw unknown(name);
            }
        }
    }

    /** Throws if an argument or an input that is given was not read. */
    void checkAllRead() {
        checkArgumentsRead();
        for (int i = 0; i < readInputs.length; i++) {
            if (!readInputs[i] && inputs.get(i) != null) {
                throw unknown("input " + i);
            }
        }
    }

    /** The operation cannot be asked for with this argument or value. */
    UnknownException unknown(String what) {
        return new UnknownException(op + "(" + what + ")");
    }

    /** The library's methods have no way to ask for this value. */
    UnknownException impossible(String what) {
        return UnknownException.impossible(op + "(" + what + ")");
    }

    // ---- inputs ----

    Tensor x() {
        return x(0);
    }

    Tensor y() {
        return x(1);
    }

    Tensor x(int i) {
        Tensor x = optional(i);
        if (x == null) {
            throw unknown("without input " + i);
        }
        return x;
    }

    @Nullable
    Tensor optional(int i) {
        if (i >= inputs.size()) {
            return null;
        }
        readInputs[i] = true;
        return inputs.get(i);
    }

    /** Returns the input of a name, or null if there is none or it is not given. */
    @Nullable
    Tensor optional(String name) {
        int i = names.indexOf(name);
        return i < 0 ? null : optional(i);
    }

    Tensor x(String name) {
        Tensor x = optional(name);
        if (x == null) {
            throw unknown("without " + name);
        }
        return x;
    }

    Tensor[] all() {
        Tensor[] result = new Tensor[inputs.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = x(i);
        }
        return result;
    }

    // ---- arguments ----

    private @Nullable JsonElement get(String name) {
        read.add(name);
        JsonElement element = arguments.get(name);
        return Json.isNull(element) ? null : element;
    }

    /** Notes an argument that is read elsewhere. */
    void markRead(String name) {
        read.add(name);
    }

    boolean has(String name) {
        return !Json.isNull(arguments.get(name));
    }

    /** Tells whether an argument is given as a word. */
    boolean isText(String name) {
        return arguments.get(name) instanceof JsonPrimitive p && p.isString();
    }

    double number(String name) {
        return orMissing(name, number(name, Double.NaN), has(name));
    }

    double number(String name, double otherwise) {
        JsonElement e = get(name);
        if (e == null) {
            return otherwise;
        }
        try {
            return Json.number(e, name);
        } catch (GoldenFormatException wrong) {
            throw unknown(name + "=" + e);
        }
    }

    int integer(String name) {
        return orMissing(name, integer(name, 0), has(name));
    }

    int integer(String name, int otherwise) {
        double value = number(name, otherwise);
        if (value != (int) value) {
            throw unknown(name + "=" + value);
        }
        return (int) value;
    }

    boolean flag(String name, boolean otherwise) {
        JsonElement e = get(name);
        if (e == null) {
            return otherwise;
        }
        if (e instanceof JsonPrimitive p && p.isBoolean()) {
            return p.getAsBoolean();
        }
        throw unknown(name + "=" + e);
    }

    String text(String name, String otherwise) {
        JsonElement e = get(name);
        if (e == null) {
            return otherwise;
        }
        if (e instanceof JsonPrimitive p && p.isString()) {
            return p.getAsString();
        }
        throw unknown(name + "=" + e);
    }

    /** A list of whole numbers, or a single one; empty if missing. */
    int[] integers(String name) {
        JsonElement e = get(name);
        if (e == null) {
            return new int[0];
        }
        if (!e.isJsonArray()) {
            return new int[] {integer(name)};
        }
        JsonArray array = e.getAsJsonArray();
        int[] result = new int[array.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = integer(array.get(i), name);
        }
        return result;
    }

    /** A list of whole numbers as {@link #integers}, in which a number of one's choice stands for null. */
    int[] integersOrNull(String name, int forNull) {
        if (!isList(name)) {
            return integers(name);
        }
        read.add(name);
        JsonArray array = arguments.getAsJsonArray(name);
        int[] result = new int[array.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = array.get(i).isJsonNull() ? forNull : integer(array.get(i), name);
        }
        return result;
    }

    /** A list of whole numbers, or others if it is missing. */
    int[] integersOr(String name, int... otherwise) {
        int[] given = integers(name);
        return has(name) ? given : otherwise;
    }

    /** Tells whether an argument is a list, where it may be a single number too. */
    boolean isList(String name) {
        JsonElement e = arguments.get(name);
        return e != null && e.isJsonArray();
    }

    /** A list of numbers, or a single one; empty if missing. */
    double[] numbers(String name) {
        JsonElement e = get(name);
        if (e == null) {
            return new double[0];
        }
        if (!e.isJsonArray()) {
            return new double[] {number(name)};
        }
        JsonArray array = e.getAsJsonArray();
        double[] result = new double[array.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = Json.number(array.get(i), name);
        }
        return result;
    }

    /** A list of lists of whole numbers, null where null stands. */
    List<List<@Nullable Integer>> integerLists(String name) {
        JsonElement e = get(name);
        List<List<@Nullable Integer>> result = new ArrayList<>();
        if (e == null || !e.isJsonArray()) {
            throw unknown(name + "=" + e);
        }
        for (JsonElement row : e.getAsJsonArray()) {
            if (!row.isJsonArray()) {
                throw unknown(name + "=" + e);
            }
            List<@Nullable Integer> values = new ArrayList<>();
            for (JsonElement value : row.getAsJsonArray()) {
                values.add(value.isJsonNull() ? null : integer(value, name));
            }
            result.add(values);
        }
        return result;
    }

    private int integer(JsonElement e, String name) {
        try {
            return Json.integer(e, name);
        } catch (GoldenFormatException wrong) {
            throw unknown(name + "=" + arguments.get(name));
        }
    }

    private <T> T orMissing(String name, T value, boolean present) {
        if (!present) {
            throw unknown("without " + name);
        }
        return value;
    }
}
