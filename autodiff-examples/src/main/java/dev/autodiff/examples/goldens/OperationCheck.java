package dev.autodiff.examples.goldens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.examples.goldens.Precision.Bound;
import dev.autodiff.shape.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares one operation's outputs, gradients, directional derivatives and Hessian-vector products with those of a golden case. */
final class OperationCheck {
    private static final Pattern STATED = Pattern.compile("tolerance (\\d+(?:\\.\\d+)?(?:e-?\\d+)?) absolute");

    private final JsonObject entry;
    private final Precision precision;
    private final DType dtype;
    private final String op;
    private final JsonObject arguments;
    private final JsonArray inputEntries;
    private final List<@Nullable Tensor> inputs;
    private final List<String> names;
    private final boolean extreme;
    private final double absolute;
    private final List<Mismatch> mismatches = new ArrayList<>();

    private OperationCheck(Suite.Unit unit, Precision precision) {
        this.entry = unit.entry();
        this.precision = precision;
        this.dtype = precision.dtype();
        this.op = Json.text(entry.get("op"), "op");
        this.arguments = entry.has("args") ? Json.object(entry.get("args"), "args") : new JsonObject();
        this.inputEntries = Json.array(entry.get("inputs"), "inputs");
        this.inputs = Json.optionalTensors(inputEntries, "inputs", dtype);
        this.names = Json.names(inputEntries, "inputs");
        double stated = statedTolerance();
        this.extreme = unit.id().startsWith("extreme/") && Double.isNaN(stated);
        this.absolute = Double.isNaN(stated) ? Precision.ABSOLUTE : stated;
    }

    /** Where the order of a sum is free, the note says how far the result may be off; NaN if it does not. */
    private double statedTolerance() {
        JsonElement note = entry.get("note");
        if (Json.isNull(note)) {
            return Double.NaN;
        }
        Matcher stated = STATED.matcher(Json.text(note, "note"));
        return stated.find() ? Double.parseDouble(stated.group(1)) : Double.NaN;
    }

    static Verdict check(Suite.Unit unit, Precision precision) {
        return new OperationCheck(unit, precision).run();
    }

    /**
     * What an operation gave; lists that a case does not ask for are empty.
     *
     * @param outputs its results
     * @param gradients by the inputs that require one
     * @param pushed directional derivatives of the results
     * @param products of the Hessian with the tangents, for the inputs that require a gradient
     */
    private record Results(List<Tensor> outputs, List<Tensor> gradients, List<Tensor> pushed, List<Tensor> products) {
        Results to(DType dtype) {
            return new Results(in(outputs, dtype), in(gradients, dtype), in(pushed, dtype), in(products, dtype));
        }

        private static List<Tensor> in(List<Tensor> tensors, DType dtype) {
            return tensors.stream()
                    .map(t -> t.dtype().isFloating() ? t.to(dtype) : t)
                    .toList();
        }
    }

    private Verdict run() {
        if (!OperationTable.knows(op)) {
            throw new UnknownException(op);
        }
        Results got = evaluate(inputs);
        if (isBetter(got.outputs)) {
            return new Verdict.Passed();
        }
        compare(got, null);
        if (!mismatches.isEmpty() && dtype == DType.FLOAT32) {
            // The inputs were rounded: the same in float64 at the rounded inputs is what float32 can be asked for.
            List<@Nullable Tensor> rounded = new ArrayList<>();
            for (Tensor x : inputs) {
                rounded.add(x == null || !x.dtype().isFloating() ? x : x.to(DType.FLOAT64));
            }
            mismatches.clear();
            compare(got, evaluate(rounded).to(DType.FLOAT32));
        }
        return Verdict.of(mismatches);
    }

    private List<Integer> differentiable() {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) != null && requiresGradient(i)) {
                places.add(i);
            }
        }
        return places;
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
        JsonArray wanted = Json.array(entry.get("outputs"), "outputs");
        if (!entry.has("cotangents") || leaves.isEmpty() || outputs.size() != wanted.size()) {
            return new Results(detached, List.of(), List.of(), List.of());
        }
        DType type = leaves.get(0).dtype();
        List<@Nullable Tensor> cotangents = Json.optionalTensors(entry.get("cotangents"), "cotangents", type);
        Tensor s = null;
        for (int k = 0; k < outputs.size(); k++) {
            Tensor g = cotangents.get(k);
            if (g != null && outputs.get(k).requiresGrad()) {
                Tensor term = outputs.get(k).mul(g).sum();
                s = s == null ? term : s.add(term);
            }
        }
        List<Tensor> gradients =
                s == null ? leaves.stream().map(Tensor::zerosLike).toList() : Autodiff.gradientsOrZeros(s, leaves);
        List<Tensor> tangents = entry.has("tangents") ? tangents(type) : List.of();
        List<Tensor> pushed = entry.has("jvps") ? pushed(at, tangents) : List.of();
        List<Tensor> products = entry.has("hvp") ? products(leaves, gradients, tangents) : List.of();
        return new Results(detached, gradients.stream().map(Tensor::detach).toList(), pushed, products);
    }

    private List<Tensor> tangents(DType type) {
        List<@Nullable Tensor> given = Json.optionalTensors(entry.get("tangents"), "tangents", type);
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
        Tensor slope = null;
        for (int k = 0; k < leaves.size(); k++) {
            if (gradients.get(k).requiresGrad()) {
                Tensor term = gradients.get(k).mul(tangents.get(k)).sum();
                slope = slope == null ? term : slope.add(term);
            }
        }
        return slope == null
                ? leaves.stream().map(Tensor::zerosLike).toList()
                : Autodiff.gradientsOrZeros(slope, leaves);
    }

    /** Compares what the operation gave with what was recorded, or with a reference that is accepted in its place. */
    private void compare(Results got, @Nullable Results reference) {
        JsonArray outputs = Json.array(entry.get("outputs"), "outputs");
        if (got.outputs.size() != outputs.size()) {
            mismatches.add(Mismatch.of("outputs", got.outputs.size() + " tensors", outputs.size() + " tensors"));
            return;
        }
        for (int i = 0; i < outputs.size(); i++) {
            compare(
                    "output " + i,
                    got.outputs.get(i),
                    outputs.get(i),
                    exact("outputs", i),
                    reference == null ? null : reference.outputs.get(i),
                    Precision.FIRST_ORDER);
        }
        if (!mismatches.isEmpty() || got.gradients.isEmpty()) {
            return;
        }
        gradients(got, reference);
        if (!got.pushed.isEmpty()) {
            pushed(got, reference);
        }
        if (!got.products.isEmpty()) {
            products(got, reference);
        }
    }

    private void gradients(Results got, @Nullable Results reference) {
        List<Integer> differentiable = differentiable();
        JsonArray wanted = Json.array(entry.get("grads"), "grads");
        Tensor g = Json.optionalTensors(entry.get("cotangents"), "cotangents", dtype)
                .get(0);
        for (int k = 0; k < differentiable.size(); k++) {
            int i = differentiable.get(k);
            JsonElement exact = exact("grads", i);
            Tensor slope = exact == null && g != null ? PeerFaults.slope(op, input(i)) : null;
            compare(
                    "grad of " + name(i),
                    got.gradients.get(k),
                    wanted.get(i),
                    exact,
                    reference != null
                            ? reference.gradients.get(k)
                            : slope == null ? null : slope.mul(Objects.requireNonNull(g)),
                    Precision.FIRST_ORDER);
        }
    }

    private void pushed(Results got, @Nullable Results reference) {
        List<Integer> differentiable = differentiable();
        List<Tensor> tangents = tangents(dtype);
        JsonArray wanted = Json.array(entry.get("jvps"), "jvps");
        boolean peerFailed = false;
        for (int k = 0; k < wanted.size(); k++) {
            if (isNowhereANumber(wanted.get(k)) && !isNowhereANumber(got.pushed.get(k))) {
                peerFailed = true;
            } else if (!wanted.get(k).isJsonNull()) {
                compare(
                        "jvp of output " + k,
                        got.pushed.get(k),
                        wanted.get(k),
                        null,
                        reference != null ? reference.pushed.get(k) : rightJvp(input(differentiable.get(0)), tangents),
                        Precision.SECOND_ORDER);
            }
        }
        if (peerFailed) {
            forwardAgainstReverse(differentiable, tangents, got.pushed);
        }
    }

    private void products(Results got, @Nullable Results reference) {
        List<Integer> differentiable = differentiable();
        JsonArray wanted = Json.array(entry.get("hvp"), "hvp");
        for (int k = 0; k < differentiable.size(); k++) {
            int i = wanted.size() == inputs.size() ? differentiable.get(k) : k;
            if (!wanted.get(i).isJsonNull()) {
                compareProduct(
                        "hvp of " + name(differentiable.get(k)),
                        got.products.get(k),
                        wanted.get(i),
                        reference == null ? null : reference.products.get(k));
            }
        }
    }

    /**
     * Tells whether the note says that PyTorch overflows or underflows where a better answer is possible, and ours is one: finite and
     * not 0 where the recorded number is infinite or 0.
     */
    private boolean isBetter(List<Tensor> outputs) {
        JsonElement note = entry.get("note");
        if (Json.isNull(note) || !Json.text(note, "note").contains("do not fail a better answer")) {
            return false;
        }
        JsonArray wanted = Json.array(entry.get("outputs"), "outputs");
        for (int i = 0; i < outputs.size(); i++) {
            double[] got = outputs.get(i).toDoubleArray();
            double[] want = Json.tensor(wanted.get(i), "outputs", dtype).toDoubleArray();
            for (int k = 0; k < got.length; k++) {
                if (!(Double.isInfinite(want[k]) || want[k] == 0) || !Double.isFinite(got[k]) || got[k] == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean requiresGradient(int i) {
        JsonElement flag = Json.object(inputEntries.get(i), "inputs").get("requires_grad");
        return !Json.isNull(flag) && Json.flag(flag, "requires_grad");
    }

    /** Returns what PyTorch should have recorded where its forward mode is known to be wrong; null where it can be trusted. */
    private @Nullable Tensor rightJvp(Tensor x, List<Tensor> tangents) {
        Tensor slope = PeerFaults.slope(op, x);
        if (slope != null) {
            return slope.mul(tangents.get(0));
        }
        JsonElement padding = arguments.get("padding_idx");
        return op.equals("embedding") && !Json.isNull(padding)
                ? PeerFaults.embeddingJvp(input(0), tangents.get(0), Json.integer(padding, "padding_idx"))
                : null;
    }

    /** Tells whether a recorded tensor has elements and all of them are NaN. */
    private boolean isNowhereANumber(JsonElement recorded) {
        return !recorded.isJsonNull() && isNowhereANumber(Json.tensor(recorded, "jvps", dtype));
    }

    private static boolean isNowhereANumber(Tensor x) {
        return x.size() > 0 && Arrays.stream(x.toDoubleArray()).allMatch(Double::isNaN);
    }

    /**
     * PyTorch 1.13's forward mode of logcumsumexp gives NaN everywhere, beside gradients that are right. What it should have given
     * obeys {@code Σ ⟨cotangent, jvp⟩ = Σ ⟨gradient, tangent⟩}, with the recorded gradients on the right.
     */
    private void forwardAgainstReverse(List<Integer> differentiable, List<Tensor> tangents, List<Tensor> pushed) {
        List<@Nullable Tensor> cotangents = Json.optionalTensors(entry.get("cotangents"), "cotangents", dtype);
        List<@Nullable Tensor> grads = Json.optionalTensors(entry.get("grads"), "grads", dtype);
        double forward = 0;
        for (int k = 0; k < pushed.size(); k++) {
            Tensor g = cotangents.get(k);
            forward += g == null ? 0 : pushed.get(k).mul(g).sum().item();
        }
        double reverse = 0;
        for (int k = 0; k < tangents.size(); k++) {
            Tensor gradient = grads.get(differentiable.get(k));
            reverse +=
                    gradient == null ? 0 : gradient.mul(tangents.get(k)).sum().item();
        }
        Mismatch mismatch = precision.compare(
                "Σ ⟨cotangent, jvp⟩",
                Tensor.of(forward).to(dtype),
                List.of(Tensor.of(reverse).to(dtype)),
                new Bound(Precision.SECOND_ORDER));
        if (mismatch != null) {
            mismatches.add(mismatch);
        }
    }

    /**
     * The second derivatives of extreme cases are relative to the largest of a tensor: its terms cancel, and what should be 0 was recorded
     * as what rounding left of them.
     */
    private void compareProduct(String what, Tensor got, JsonElement want, @Nullable Tensor reference) {
        if (!extreme || reference != null) {
            compare(what, got, want, null, reference, Precision.SECOND_ORDER);
            return;
        }
        Tensor wanted = Json.tensor(want, what, dtype);
        double largest = 0;
        for (double w : wanted.toDoubleArray()) {
            largest = Double.isFinite(w) ? Math.max(largest, Math.abs(w)) : largest;
        }
        double relative = entry.has("tol") ? Json.number(entry.get("tol"), "tol") : 0;
        Bound bound = new Bound(Math.max(relative, Precision.SECOND_ORDER), Precision.ABSOLUTE * largest, false);
        Mismatch mismatch = precision.compare(what, got, List.of(wanted), bound);
        if (mismatch != null) {
            mismatches.add(mismatch);
        }
    }

    private String name(int i) {
        return names.get(i).isEmpty() ? "input " + i : names.get(i);
    }

    /** Returns the correctly rounded tensor that stands beside PyTorch's, if there is one. */
    private @Nullable JsonElement exact(String field, int i) {
        if (!entry.has("exact")) {
            return null;
        }
        JsonElement list = Json.object(entry.get("exact"), "exact").get(field);
        if (Json.isNull(list)) {
            return null;
        }
        JsonArray array = Json.array(list, "exact." + field);
        return i < array.size() && !array.get(i).isJsonNull() ? array.get(i) : null;
    }

    private Tensor input(int i) {
        return Objects.requireNonNull(inputs.get(i));
    }

    private void compare(
            String what,
            Tensor got,
            JsonElement want,
            @Nullable JsonElement exact,
            @Nullable Tensor right,
            double relative) {
        Tensor wanted = Json.tensor(want, what, dtype);
        List<Tensor> accepted = new ArrayList<>(List.of(wanted));
        if (exact != null) {
            // Its entries may be bare lists of numbers in the shape of the tensor that they stand for.
            accepted.add(
                    exact.isJsonArray()
                            ? Tensor.of(Json.numbers(exact, "exact"), wanted.shape())
                                    .to(dtype)
                            : Json.tensor(exact, "exact", dtype));
        }
        if (right != null) {
            accepted.add(right);
        }
        double tolerance = entry.has("tol") ? Json.number(entry.get("tol"), "tol") : relative;
        Mismatch mismatch =
                precision.compare(what, got, accepted, new Bound(Math.max(tolerance, relative), absolute, extreme));
        if (mismatch != null) {
            mismatches.add(mismatch);
        }
    }
}
