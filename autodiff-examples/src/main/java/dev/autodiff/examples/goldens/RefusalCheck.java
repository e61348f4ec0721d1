package dev.autodiff.examples.goldens;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks the family {@code errors}: what must be refused, with a message that names the fault. */
final class RefusalCheck {
    private RefusalCheck() {}

    static Verdict check(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        String op = Json.text(entry.get("op"), "op");
        JsonObject arguments = entry.has("args") ? Json.object(entry.get("args"), "args") : new JsonObject();
        List<@Nullable Tensor> inputs = Json.optionalTensors(entry.get("inputs"), "inputs", precision.dtype());
        String words = words(entry);
        Supplier<Object> act;
        if (EngineAct.isAct(op)) {
            EngineAct kind = EngineAct.of(op, words);
            if (kind == null || arguments.size() != 0) {
                throw new UnknownException(
                        op + (arguments.size() != 0 ? arguments.keySet().toString() : " (" + words + ")"));
            }
            if (kind == EngineAct.OVERWRITE_LEAF) {
                return new Verdict.RefusedByDesign(
                        "operations never overwrite a tensor; only an optimizer overwrites parameters, and backward over values that"
                                + " were overwritten since is an exception");
            }
            Tensor x = first(inputs);
            act = () -> kind.commit(x);
        } else if (OperationTable.knows(op)) {
            act = () -> OperationTable.apply(
                    op, new Call(op, arguments, inputs, Json.names(entry.get("inputs"), "inputs")));
        } else {
            throw new UnknownException(op);
        }
        Object result;
        try {
            result = act.get();
        } catch (UnknownException e) {
            if (e.isImpossible()) {
                return new Verdict.RefusedByDesign("no method takes " + e.getMessage());
            }
            throw e;
        } catch (GoldenFormatException e) {
            throw e;
        } catch (RuntimeException e) {
            return RefusalNames.names(e, op)
                    ? new Verdict.Passed()
                    : new Verdict.Failed(List.of(Mismatch.of(
                            "message",
                            e.toString(),
                            "an exception whose message begins with the name of " + op + " and says what is wrong")));
        }
        return new Verdict.Failed(List.of(Mismatch.of("result", String.valueOf(result), "an exception: " + words)));
    }

    private static String words(JsonObject entry) {
        StringBuilder words = new StringBuilder();
        for (String field : List.of("note", "message")) {
            JsonElement e = entry.get(field);
            if (!Json.isNull(e)) {
                words.append(words.isEmpty() ? "" : "; ").append(Json.text(e, field));
            }
        }
        return words.toString();
    }

    private static Tensor first(List<@Nullable Tensor> inputs) {
        Tensor x = inputs.isEmpty() ? null : inputs.get(0);
        if (x == null) {
            throw new GoldenFormatException("inputs: expected at least one tensor");
        }
        return x;
    }
}
