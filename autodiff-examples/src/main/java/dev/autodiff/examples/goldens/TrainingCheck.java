package dev.autodiff.examples.goldens;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.Autodiff;
import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import dev.autodiff.examples.goldens.FunctionCheck.Differences;
import dev.autodiff.examples.goldens.Precision.Bound;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks whole trainings: the 2-2-2 network, optimizers, schedules, initialisers. */
final class TrainingCheck {
    static final Bound TRAJECTORY = new Bound(1e-8, 1e-10, false);

    private TrainingCheck() {}

    /** The 2-2-2 network {@code ½‖y − σ(W2·σ(W1·x + b1) + b2)‖²}. */
    static Verdict network(Suite.Unit unit, Precision precision) {
        JsonObject entry = unit.entry();
        String mode = Json.text(entry.get("mode"), "mode");
        if (!List.of("bias_frozen", "bias_scalar_shared", "bias_vectors").contains(mode)) {
            throw new UnknownException("net222(mode=" + mode + ")");
        }
        Tensor x = Json.tensor(entry.get("x"), "x", precision.dtype());
        Tensor y = Json.tensor(entry.get("y"), "y", precision.dtype());
        double lr = Json.number(entry.get("lr"), "lr");
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        Json.tensors(entry.get("init"), "init", precision.dtype())
                .forEach((name, value) -> parameters.put(name, value.requireGrad()));
        double[] losses = Json.numbers(entry.get("losses"), "losses");
        Differences differences = new Differences(precision);
        int steps = Json.integer(entry.get("steps"), "steps");
        for (int step = 0; step <= steps; step++) {
            Map<String, Tensor> nodes = forward(parameters, x, y);
            Tensor loss = nodes.get("loss");
            if (loss == null) {
                throw new IllegalStateException("forward computes the loss");
            }
            if (step < losses.length) {
                differences.add("loss " + step, loss, number(losses[step], loss), TRAJECTORY);
            }
            if (step == 0) {
                first(entry, parameters, nodes, loss, differences);
            }
            if (step == steps) {
                break;
            }
            List<Tensor> trained = new ArrayList<>();
            parameters.forEach((name, p) -> {
                if (!(mode.equals("bias_frozen") && name.startsWith("b"))) {
                    trained.add(p);
                }
            });
            List<Tensor> gradients = Autodiff.gradients(loss, trained);
            for (int i = 0; i < trained.size(); i++) {
                InPlace.sgd(trained.get(i), gradients.get(i).detach(), lr, 0);
            }
            if (step == 0) {
                compare(differences, "after_step_1", entry.get("after_step_1"), parameters);
            }
        }
        compare(differences, "final", entry.get("final"), parameters);
        return differences.verdict();
    }

    private static Map<String, Tensor> forward(Map<String, Tensor> p, Tensor x, Tensor y) {
        Map<String, Tensor> nodes = new LinkedHashMap<>();
        Tensor z1 = get(p, "W1").matmul(x).add(get(p, "b1"));
        Tensor h = z1.sigmoid();
        Tensor z2 = get(p, "W2").matmul(h).add(get(p, "b2"));
        Tensor output = z2.sigmoid();
        nodes.put("z1", z1);
        nodes.put("h", h);
        nodes.put("z2", z2);
        nodes.put("output", output);
        nodes.put("loss", output.squaredError(y));
        return nodes;
    }

    static Tensor get(Map<String, Tensor> tensors, String name) {
        Tensor t = tensors.get(name);
        if (t == null) {
            throw new GoldenFormatException("init: expected " + name + ", got " + tensors.keySet());
        }
        return t;
    }

    private static void first(
            JsonObject entry,
            Map<String, Tensor> parameters,
            Map<String, Tensor> nodes,
            Tensor loss,
            Differences differences) {
        JsonObject first = Json.object(entry.get("first"), "first");
        for (Map.Entry<String, JsonElement> e : first.entrySet()) {
            String name = e.getKey();
            switch (name) {
                case "grads" -> gradients(differences, name, e.getValue(), parameters, loss);
                case "node_grads" -> gradients(differences, name, e.getValue(), nodes, loss);
                case "loss" -> differences.add(name, loss, number(Json.number(e.getValue(), name), loss), TRAJECTORY);
                default -> {
                    Tensor node = get(nodes, name);
                    differences.add(name, node, Json.tensor(e.getValue(), name, loss.dtype()), Precision.FIRST_ORDER);
                }
            }
        }
    }

    private static void gradients(
            Differences differences, String what, JsonElement wanted, Map<String, Tensor> by, Tensor loss) {
        Json.tensors(wanted, what, loss.dtype()).forEach((name, want) -> {
            Tensor got = Autodiff.gradients(loss, List.of(get(by, name))).get(0);
            differences.add(what + "." + name, got, want, Precision.FIRST_ORDER);
        });
    }

    static void compare(Differences differences, String what, JsonElement wanted, Map<String, Tensor> parameters) {
        for (Map.Entry<String, JsonElement> e : Json.object(wanted, what).entrySet()) {
            Tensor got = get(parameters, e.getKey());
            differences.add(
                    what + "." + e.getKey(),
                    got,
                    Json.tensor(e.getValue(), what + "." + e.getKey(), got.dtype()),
                    TRAJECTORY);
        }
    }

    private static Tensor number(double value, Tensor like) {
        return Tensor.of(value).to(like.dtype());
    }

    /** Whole models need layers that the library does not have yet. */
    static Verdict model(Suite.Unit unit, Precision precision) {
        return new Verdict.Unknown(Json.text(unit.entry().get("name"), "name"));
    }

    /** The library clips no gradients yet. */
    static Verdict clip(Suite.Unit unit, Precision precision) {
        return new Verdict.Unknown("clip(" + Json.text(unit.entry().get("kind"), "kind") + ")");
    }

    /** The library's cosine stays at its floor, where PyTorch's rises again; it has no other schedule yet. */
    static Verdict schedule(Suite.Unit unit, Precision precision) {
        return new Verdict.Unknown(Json.text(unit.entry().get("name"), "name"));
    }

    /** He's initialiser with the fan-out, which each unit asks for, is missing. */
    static Verdict initializer(Suite.Unit unit, Precision precision) {
        return new Verdict.Unknown("init(kaiming_normal with fan_out)");
    }
}
