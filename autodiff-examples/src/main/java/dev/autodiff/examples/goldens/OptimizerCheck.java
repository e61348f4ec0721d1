package dev.autodiff.examples.goldens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.autodiff.Autodiff;
import dev.autodiff.Tensor;
import dev.autodiff.examples.goldens.FunctionCheck.Differences;
import dev.autodiff.nn.optim.Adam;
import dev.autodiff.nn.optim.Optimizer;
import dev.autodiff.nn.optim.Sgd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks the trajectories of optimizers on the perceptron {@code mse(W2·tanh(W1·X + b1) + b2, Y)}. */
final class OptimizerCheck {
    private OptimizerCheck() {}

    static Verdict check(Suite.Unit unit, Precision precision) {
        JsonObject run = unit.entry();
        JsonObject model = Json.object(unit.file().get("optimizers"), "optimizers");
        String name = Json.text(run.get("optimizer"), "optimizer");
        for (String feature : List.of("clip", "scheduler")) {
            if (run.has(feature)) {
                throw new UnknownException(name + "(" + feature + ")");
            }
        }
        Map<String, Tensor> p = new LinkedHashMap<>();
        Json.tensors(model.get("init"), "init", precision.dtype()).forEach((k, v) -> p.put(k, v.requireGrad()));
        Tensor x = Json.tensor(model.get("X"), "X", precision.dtype());
        Tensor y = Json.tensor(model.get("Y"), "Y", precision.dtype());
        List<Optimizer> optimizers = optimizers(name, run, p);
        double[] losses = Json.numbers(run.get("losses"), "losses");
        Differences differences = new Differences(precision);
        for (int step = 0; step < losses.length; step++) {
            Tensor loss = loss(p, x, y);
            differences.add("loss " + step, loss, Tensor.of(losses[step]).to(loss.dtype()), TrainingCheck.TRAJECTORY);
            optimizers.forEach(Optimizer::zeroGrad);
            loss.backward();
            optimizers.forEach(Optimizer::step);
            if (step == 0) {
                TrainingCheck.compare(differences, "after_step_1", run.get("after_step_1"), p);
            }
        }
        TrainingCheck.compare(differences, "final", run.get("final"), p);
        Tensor last = Autodiff.noGrad(() -> loss(p, x, y));
        double wanted = Json.number(run.get("final_loss"), "final_loss");
        differences.add("final loss", last, Tensor.of(wanted).to(last.dtype()), TrainingCheck.TRAJECTORY);
        return differences.verdict();
    }

    private static Tensor loss(Map<String, Tensor> p, Tensor x, Tensor y) {
        Tensor hidden = x.matmul(TrainingCheck.get(p, "w1").transpose())
                .add(TrainingCheck.get(p, "b1"))
                .tanh();
        return hidden.matmul(TrainingCheck.get(p, "w2").transpose())
                .add(TrainingCheck.get(p, "b2"))
                .sub(y)
                .square()
                .mean();
    }

    /** One optimizer for each group of parameters, which may have options of its own. */
    private static List<Optimizer> optimizers(String name, JsonObject run, Map<String, Tensor> parameters) {
        JsonObject options = Json.object(run.get("options"), "options");
        if (!run.has("groups")) {
            return List.of(optimizer(name, options, List.copyOf(parameters.values())));
        }
        List<Optimizer> result = new ArrayList<>();
        for (JsonElement group : Json.array(run.get("groups"), "groups")) {
            JsonObject own = options.deepCopy();
            List<Tensor> members = new ArrayList<>();
            Json.object(group, "groups").entrySet().forEach(e -> {
                if (e.getKey().equals("params")) {
                    for (JsonElement member : Json.array(e.getValue(), "params")) {
                        members.add(TrainingCheck.get(parameters, Json.text(member, "params")));
                    }
                } else {
                    own.add(e.getKey(), e.getValue());
                }
            });
            result.add(optimizer(name, own, members));
        }
        return result;
    }

    private static Optimizer optimizer(String name, JsonObject options, List<Tensor> parameters) {
        Call c = new Call(name, options, List.of(), List.of());
        Optimizer result = switch (name) {
            case "SGD" -> sgd(c, parameters);
            case "Adam", "AdamW" -> adam(c, options, parameters, name.equals("AdamW"));
            default -> throw new UnknownException(name);
        };
        c.checkAllRead();
        return result;
    }

    private static Sgd sgd(Call c, List<Tensor> parameters) {
        Sgd sgd = Sgd.of(parameters, c.number("lr")).withWeightDecay(c.number("weight_decay", 0));
        double momentum = c.number("momentum", 0);
        double dampening = c.number("dampening", 0);
        boolean nesterov = c.flag("nesterov", false);
        if (momentum != 0) {
            sgd = sgd.withMomentum(momentum).withDampening(dampening);
        }
        return nesterov ? sgd.withNesterov() : sgd;
    }

    private static Adam adam(Call c, JsonObject options, List<Tensor> parameters, boolean decoupled) {
        // PyTorch's AdamW decays by 0.01 unless told otherwise.
        double decay = c.number("weight_decay", decoupled ? 0.01 : 0);
        Adam adam = Adam.of(parameters, c.number("lr")).withEps(c.number("eps", 1e-8));
        if (options.has("betas")) {
            c.markRead("betas");
            JsonArray betas = Json.array(options.get("betas"), "betas");
            adam = adam.withBetas(Json.number(betas.get(0), "betas"), Json.number(betas.get(1), "betas"));
        }
        return decoupled ? adam.withDecoupledWeightDecay(decay) : adam.withWeightDecay(decay);
    }
}
