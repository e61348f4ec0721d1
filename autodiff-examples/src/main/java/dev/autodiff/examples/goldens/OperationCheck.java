package dev.autodiff.examples.goldens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import dev.autodiff.Tensor;
import dev.autodiff.examples.goldens.OperationCase.Results;
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

    private final OperationCase recorded;
    private final Precision precision;
    private final DType dtype;
    private final boolean extreme;
    private final double absolute;
    private final List<Mismatch> mismatches = new ArrayList<>();

    private OperationCheck(Suite.Unit unit, Precision precision) {
        this.precision = precision;
        this.dtype = precision.dtype();
        this.recorded = new OperationCase(unit.entry(), dtype);
        double stated = statedTolerance();
        this.extreme = unit.id().startsWith("extreme/") && Double.isNaN(stated);
        this.absolute = Double.isNaN(stated) ? Precision.ABSOLUTE : stated;
    }

    /** Where the order of a sum is free, the note says how far the result may be off; NaN if it does not. */
    private double statedTolerance() {
        Matcher stated = STATED.matcher(recorded.note());
        return stated.find() ? Double.parseDouble(stated.group(1)) : Double.NaN;
    }

    static Verdict check(Suite.Unit unit, Precision precision) {
        return new OperationCheck(unit, precision).run();
    }

    private Verdict run() {
        if (!OperationTable.knows(recorded.op())) {
            throw new UnknownException(recorded.op());
        }
        Results got = recorded.evaluate();
        if (isBetter(got.outputs())) {
            return new Verdict.Passed();
        }
        compare(got, null);
        if (!mismatches.isEmpty() && dtype == DType.FLOAT32) {
            // The inputs were rounded: the same in float64 at the rounded inputs is what float32 can be asked for.
            mismatches.clear();
            compare(got, recorded.evaluateWide().to(DType.FLOAT32));
        }
        return Verdict.of(mismatches);
    }

    /** Compares what the operation gave with what was recorded, or with a reference that is accepted in its place. */
    private void compare(Results got, @Nullable Results reference) {
        JsonArray outputs = recorded.list("outputs");
        if (got.outputs().size() != outputs.size()) {
            mismatches.add(Mismatch.of("outputs", got.outputs().size() + " tensors", outputs.size() + " tensors"));
            return;
        }
        for (int i = 0; i < outputs.size(); i++) {
            compare(
                    "output " + i,
                    got.outputs().get(i),
                    outputs.get(i),
                    exact("outputs", i),
                    reference == null ? null : reference.outputs().get(i),
                    Precision.FIRST_ORDER);
        }
        if (!mismatches.isEmpty() || got.gradients().isEmpty()) {
            return;
        }
        gradients(got, reference);
        if (!got.pushed().isEmpty()) {
            pushed(got, reference);
        }
        if (!got.products().isEmpty()) {
            products(got, reference);
        }
    }

    private void gradients(Results got, @Nullable Results reference) {
        List<Integer> differentiable = recorded.differentiable();
        JsonArray wanted = recorded.list("grads");
        Tensor g = recorded.tensors("cotangents", dtype).get(0);
        for (int k = 0; k < differentiable.size(); k++) {
            int i = differentiable.get(k);
            JsonElement exact = exact("grads", i);
            Tensor slope = exact == null && g != null ? PeerFaults.slope(recorded.op(), recorded.input(i)) : null;
            compare(
                    "grad of " + recorded.name(i),
                    got.gradients().get(k),
                    wanted.get(i),
                    exact,
                    reference != null
                            ? reference.gradients().get(k)
                            : slope == null ? null : slope.mul(Objects.requireNonNull(g)),
                    Precision.FIRST_ORDER);
        }
    }

    private void pushed(Results got, @Nullable Results reference) {
        List<Integer> differentiable = recorded.differentiable();
        List<Tensor> tangents = recorded.tangents(dtype);
        JsonArray wanted = recorded.list("jvps");
        boolean peerFailed = false;
        for (int k = 0; k < wanted.size(); k++) {
            if (isNowhereANumber(wanted.get(k))
                    && !isNowhereANumber(got.pushed().get(k))) {
                peerFailed = true;
            } else if (!wanted.get(k).isJsonNull()) {
                compare(
                        "jvp of output " + k,
                        got.pushed().get(k),
                        wanted.get(k),
                        null,
                        reference != null
                                ? reference.pushed().get(k)
                                : rightJvp(recorded.input(differentiable.get(0)), tangents),
                        Precision.SECOND_ORDER);
            }
        }
        if (peerFailed) {
            forwardAgainstReverse(differentiable, tangents, got.pushed());
        }
    }

    private void products(Results got, @Nullable Results reference) {
        List<Integer> differentiable = recorded.differentiable();
        JsonArray wanted = recorded.list("hvp");
        for (int k = 0; k < differentiable.size(); k++) {
            int i = wanted.size() == recorded.inputs() ? differentiable.get(k) : k;
            if (!wanted.get(i).isJsonNull()) {
                compareProduct(
                        "hvp of " + recorded.name(differentiable.get(k)),
                        got.products().get(k),
                        wanted.get(i),
                        reference == null ? null : reference.products().get(k));
            }
        }
    }

    /**
     * Tells whether the note says that PyTorch overflows or underflows where a better answer is possible, and ours is one: finite and
     * not 0 where the recorded number is infinite or 0.
     */
    private boolean isBetter(List<Tensor> outputs) {
        if (!recorded.note().contains("do not fail a better answer")) {
            return false;
        }
        JsonArray wanted = recorded.list("outputs");
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

    /** Returns what PyTorch should have recorded where its forward mode is known to be wrong; null where it can be trusted. */
    private @Nullable Tensor rightJvp(Tensor x, List<Tensor> tangents) {
        Tensor slope = PeerFaults.slope(recorded.op(), x);
        if (slope != null) {
            return slope.mul(tangents.get(0));
        }
        JsonElement padding = recorded.arguments().get("padding_idx");
        return recorded.op().equals("embedding") && !Json.isNull(padding)
                ? PeerFaults.embeddingJvp(recorded.input(0), tangents.get(0), Json.integer(padding, "padding_idx"))
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
        List<@Nullable Tensor> cotangents = recorded.tensors("cotangents", dtype);
        List<@Nullable Tensor> grads = recorded.tensors("grads", dtype);
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
        compare(
                "Σ ⟨cotangent, jvp⟩",
                Tensor.of(forward).to(dtype),
                List.of(Tensor.of(reverse).to(dtype)),
                new Bound(Precision.SECOND_ORDER));
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
        double relative = recorded.has("tol") ? Json.number(recorded.get("tol"), "tol") : 0;
        Bound bound = new Bound(Math.max(relative, Precision.SECOND_ORDER), Precision.ABSOLUTE * largest, false);
        compare(what, got, List.of(wanted), bound);
    }

    /** Returns the correctly rounded tensor that stands beside PyTorch's, if there is one. */
    private @Nullable JsonElement exact(String field, int i) {
        if (!recorded.has("exact")) {
            return null;
        }
        JsonElement list = Json.object(recorded.get("exact"), "exact").get(field);
        if (Json.isNull(list)) {
            return null;
        }
        JsonArray array = Json.array(list, "exact." + field);
        return i < array.size() && !array.get(i).isJsonNull() ? array.get(i) : null;
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
        double tolerance = recorded.has("tol") ? Json.number(recorded.get("tol"), "tol") : relative;
        compare(what, got, accepted, new Bound(Math.max(tolerance, relative), absolute, extreme));
    }

    private void compare(String what, Tensor got, List<Tensor> accepted, Bound bound) {
        Mismatch mismatch = precision.compare(what, got, accepted, bound);
        if (mismatch != null) {
            mismatches.add(mismatch);
        }
    }
}
