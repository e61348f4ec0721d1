package dev.autodiff.examples.goldens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A golden case of one operation: what was recorded of it, and what the library makes of the same inputs. */
final class OperationCase {
    private final JsonObject entry;
    private final String op;
    private final JsonObject arguments;
    private final JsonArray inputEntries;
    private final List<@Nullable Tensor> inputs;
    private final List<String> names;

    /**
     * Reads a case.
     *
     * @param dtype of the inputs that are numbers
     */
    OperationCase(JsonObject entry, DType dtype) {
        this.entry = entry;
        this.op = Json.text(entry.get("op"), "op");
        this.arguments = has("args") ? Json.object(entry.get("args"), "args") : new JsonObject();
        this.inputEntries = list("inputs");
        this.inputs = tensors("inputs", dtype);
        this.names = Json.names(inputEntries, "inputs");
    }

    String op() {
        return op;
    }

    JsonObject arguments() {
        return arguments;
    }

    int inputs() {
        return inputs.size();
    }

    /** Returns an input that is there. */
    Tensor input(int i) {
        return Objects.requireNonNull(inputs.get(i));
    }

    /** Returns what an input is called in messages. */
    String name(int i) {
        return names.get(i).isEmpty() ? "input " + i : names.get(i);
    }

    boolean has(String field) {
        return entry.has(field);
    }

    JsonElement get(String field) {
        return entry.get(field);
    }

    JsonArray list(String field) {
        return Json.array(entry.get(field), field);
    }

    /** Returns the tensors of a field, null where none was recorded. */
    List<@Nullable Tensor> tensors(String field, DType type) {
        return Json.optionalTensors(entry.get(field), field, type);
    }

    /** Returns the remark about the case, empty if there is none. */
    String note() {
        JsonElement note = entry.get("note");
        return Json.isNull(note) ? "" : Json.text(note, "note");
    }

    /** Returns the places of the inputs that require a gradient. */
    List<Integer> differentiable() {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) != null && requiresGradient(i)) {
                places.add(i);
            }
        }
        return places;
    }

    private boolean requiresGradient(int i) {
        JsonElement flag = Json.object(inputEntries.get(i), "inputs").get("requires_grad");
        return !Json.isNull(flag) && Json.flag(flag, "requires_grad");
    }

    /** Returns the recorded tangents, one for each input that requires a gradient. */
    List<Tensor> tangents(DType type) {
        List<@Nullable Tensor> given = tensors("tangents", type);
        List<Tensor> tangents = new ArrayList<>();
        for (int i : differentiable()) {
            Tensor t = given.size() == inputs.size() ? given.get(i) : given.get(tangents.size());
            if (t == null) {
                throw new GoldenFormatException("tangents: none for " + name(i) + ", which requires a gradient");
            }
            tangents.add(t);
        }
        return tangents;
    }

    /**
     * What an operation gave; lists that a case does not ask for are empty.
     *
     * @param outputs its results
     * @param gradients by the inputs that require one
     * @param pushed directional derivatives of the results
     * @param products of the Hessian with the tangents, for the inputs that require a gradient
     */
    record Results(List<Tensor> outputs, List<Tensor> gradients, List<Tensor> pushed, List<Tensor> products) {
        Results to(DType dtype) {
            return new Results(in(outputs, dtype), in(gradients, dtype), in(pushed, dtype), in(products, dtype));
        }

        private static List<Tensor> in(List<Tensor> tensors, DType dtype) {
            return tensors.stream()
                    .map(t -> t.dtype().isFloating() ? t.to(dtype) : t)
                    .toList();
        }
    }

    /** Runs the operation at the recorded inputs. */
    Results evaluate() {
        return evaluate(inputs);
    }

    /** Runs the operation in float64 at inputs that were rounded to float32. */
    Results evaluateWide() {
        List<@Nullable Tensor> rounded = new ArrayList<>();
        for (Tensor x : inputs) {
            rounded.add(x == null || !x.dtype().isFloating() ? x : x.to(DType.FLOAT64));
        }
        return evaluate(rounded);
    }

    private Results evaluate(List<@Nullable Tensor> at) {
        List<@Nullable Tensor> points = new ArrayList<>(at);
        List<Tensor> leaves = new ArrayList<>();
        for (int i : differentiable()) {
            Tensor leaf = Objects.requireNonNull(at.get(i)).requireGrad();
            points.set(i, leaf);
            leaves.add(leaf);
        }
        List<Tensor> outputs = OperationTable.apply(op, new Call(op, arguments, points, names));
        List<Tensor> detached = outputs.stream().map(Tensor::detach).toList();
        if (!has("cotangents")
                || leaves.isEmpty()
                || outputs.size() != list("outputs").size()) {
            return new Results(detached, List.of(), List.of(), List.of());
        }
        DType type = leaves.get(0).dtype();
        Tensor s = along(outputs, tensors("cotangents", type));
        List<Tensor> gradients =
                s == null ? leaves.stream().map(Tensor::zerosLike).toList() : Autodiff.gradientsOrZeros(s, leaves);
        List<Tensor> tangents = has("tangents") ? tangents(type) : List.of();
        List<Tensor> pushed = has("jvps") ? pushed(at, tangents) : List.of();
        List<Tensor> products = has("hvp") ? products(leaves, gradients, tangents) : List.of();
        return new Results(detached, gradients.stream().map(Tensor::detach).toList(), pushed, products);
    }

    /** Returns {@code Σ ⟨tensor, direction⟩} over the tensors that require a gradient and have a direction; null if none does. */
    private static @Nullable Tensor along(List<Tensor> tensors, List<? extends @Nullable Tensor> directions) {
        Tensor sum = null;
        for (int k = 0; k < tensors.size(); k++) {
            Tensor direction = directions.get(k);
            if (direction != null && tensors.get(k).requiresGrad()) {
                Tensor term = tensors.get(k).mul(direction).sum();
                sum = sum == null ? term : sum.add(term);
            }
        }
        return sum;
    }

    private List<Tensor> pushed(List<@Nullable Tensor> at, List<Tensor> tangents) {
        List<Integer> differentiable = differentiable();
        return Autodiff.jvp(
                xs -> {
                    List<@Nullable Tensor> all = new ArrayList<>(at);
                    for (int k = 0; k < xs.size(); k++) {
                        all.set(differentiable.get(k), xs.get(k));
                    }
                    return OperationTable.apply(op, new Call(op, arguments, all, names));
                },
                differentiable.stream()
                        .map(i -> Objects.requireNonNull(at.get(i)))
                        .toList(),
                tangents);
    }

    /** The gradient of {@code Σ ⟨gradient, tangent⟩}: reverse over reverse. */
    private static List<Tensor> products(List<Tensor> leaves, List<Tensor> gradients, List<Tensor> tangents) {
        Tensor slope = along(gradients, tangents);
        return slope == null
                ? leaves.stream().map(Tensor::zerosLike).toList()
                : Autodiff.gradientsOrZeros(slope, leaves);
    }
}
