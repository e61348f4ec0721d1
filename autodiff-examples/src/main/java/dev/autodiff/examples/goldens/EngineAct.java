package dev.autodiff.examples.goldens;

import dev.autodiff.Autodiff;
import dev.autodiff.InPlace;
import dev.autodiff.Tensor;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The faults that are no operation with wrong inputs but an act on the engine. A case tells them by its note and by PyTorch's message; the
 * name alone decides where both are silent.
 */
enum EngineAct {
    /** {@code a leaf Variable that requires grad is being used in an in-place operation}: no method here does that. */
    OVERWRITE_LEAF("leaf variable", "in-place on a leaf", "inplace on a leaf") {
        @Override
        Object commit(Tensor x) {
            throw new IllegalStateException("no operation overwrites a tensor");
        }
    },
    /** {@code a view of a leaf Variable that requires grad is being used in an in-place operation}. */
    OVERWRITE_VIEW(
            "view of a leaf", "is a view", "on a view", "of a view", "expanded tensor", "single memory location") {
        @Override
        Object commit(Tensor x) {
            Tensor view = x.requireGrad().expandDims(0);
            InPlace.assign(view, view.zerosLike());
            return view;
        }
    },
    /** {@code one of the variables needed for gradient computation has been modified by an inplace operation}. */
    OVERWRITE_SAVED(
            "modified by an inplace", "modified by an in-place", "saved value", "saved tensor", "needed for gradient") {
        @Override
        Object commit(Tensor x) {
            Tensor p = x.requireGrad();
            Tensor y = p.square().sum();
            InPlace.assign(p, p.zerosLike());
            y.backward();
            return "a gradient";
        }
    },
    /** {@code Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed)}. */
    BACKWARD_TWICE("second time", "second backward", "twice", "already been freed", "retain_graph") {
        @Override
        Object commit(Tensor x) {
            Tensor loss = x.requireGrad().square().sum();
            loss.backward();
            loss.backward();
            return "a gradient";
        }
    },
    /** {@code One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True …}. */
    UNUSED_INPUT("not have been used", "unused", "allow_unused", "does not depend", "not depend on") {
        @Override
        Object commit(Tensor x) {
            Tensor unused = x.requireGrad();
            return Autodiff.gradients(x.requireGrad().sum(), List.of(unused));
        }
    },
    /** {@code Mismatch in shape: grad_output[0] has a shape of … and output[0] has a shape of …}. */
    SEED_OF_WRONG_SHAPE(
            "mismatch in shape",
            "shape mismatch",
            "mismatched shape",
            "wrong shape",
            "grad_output[0] has a shape",
            "shape of the seed") {
        @Override
        Object commit(Tensor x) {
            x.requireGrad().mul(2).backward(Tensor.ones(x.dtype(), x.shape().concat(Shape.of(2))));
            return "a gradient";
        }
    },
    /** {@code got 2 tensors and 1 gradients}, {@code grad … isn't of type …}: the seed's type. */
    SEED_OF_WRONG_TYPE("mismatch in dtype", "dtype of the seed", "expected dtype", "expected scalar type") {
        @Override
        Object commit(Tensor x) {
            x.requireGrad().mul(2).backward(Tensor.ones(DType.INT64, x.shape()));
            return "a gradient";
        }
    },
    /** {@code only Tensors of floating point and complex dtype can require gradients}. */
    GRADIENT_OF_WHOLE_NUMBERS(
            "floating point", "floating-point", "can require gradients", "integer", "int64", "dtype long", "bool") {
        @Override
        Object commit(Tensor x) {
            return (x.dtype().isFloating() ? x.to(DType.INT64) : x).requireGrad();
        }
    },
    /** {@code grad can be implicitly created only for scalar outputs}. */
    NO_SEED(
            "scalar outputs",
            "scalar output",
            "needs a seed",
            "without a seed",
            "non-scalar",
            "not a scalar",
            "no seed",
            "implicitly created") {
        @Override
        Object commit(Tensor x) {
            // A case of one element needs another one, or there would be nothing to refuse.
            Tensor y = x.requireGrad();
            (y.size() == 1 ? Tensor.stack(0, y, y) : y.mul(2)).backward();
            return "a gradient";
        }
    },
    /** {@code One of the differentiated Tensors does not require grad}: the input, not the output. */
    INPUT_WITHOUT_GRADIENT(
            "differentiated tensors does not require", "input does not require", "input that does not require") {
        @Override
        Object commit(Tensor x) {
            return Autodiff.gradients(x.requireGrad().sum(), List.of(x));
        }
    },
    /** {@code element 0 of tensors does not require grad and does not have a grad_fn}. */
    NOTHING_REQUIRES_GRADIENT(
            "not require grad",
            "requires grad",
            "not have a grad_fn",
            "no grad",
            "no_grad",
            "detach",
            "nothing to differentiate") {
        @Override
        Object commit(Tensor x) {
            x.sum().backward();
            return "a gradient";
        }
    },
    /** {@code only one element tensors can be converted to Python scalars}, {@code a Tensor with 3 elements cannot be converted to Scalar}. */
    ITEM_OF_SEVERAL {
        @Override
        Object commit(Tensor x) {
            return x.item();
        }
    };

    private final Pattern words;

    EngineAct(String... words) {
        this.words = Pattern.compile(
                words.length == 0
                        ? "(?!)"
                        : Stream.of(words).map(Pattern::quote).collect(Collectors.joining("|")));
    }

    /** Commits the fault. */
    abstract Object commit(Tensor x);

    /** Tells whether a case's name stands for an act on the engine. */
    static boolean isAct(String op) {
        return op.equals("item")
                || op.startsWith("item_")
                || op.startsWith("backward")
                || op.startsWith("grad_")
                || op.equals("grad")
                || op.startsWith("requires_grad")
                || op.startsWith("inplace")
                || op.startsWith("in_place");
    }

    /** Finds the act, in the order of the constants, the more special words first; null if it is none of them. */
    static @Nullable EngineAct of(String op, String description) {
        String text = description.toLowerCase(Locale.ROOT);
        if (op.startsWith("item")) {
            return ITEM_OF_SEVERAL;
        }
        boolean overwrites = op.startsWith("in");
        if (overwrites) {
            for (EngineAct act : List.of(OVERWRITE_VIEW, OVERWRITE_SAVED, OVERWRITE_LEAF)) {
                if (act.isIn(text)
                        || op.contains(
                                act.name().substring("OVERWRITE_".length()).toLowerCase(Locale.ROOT))) {
                    return act;
                }
            }
            return null;
        }
        for (EngineAct act : values()) {
            if (!act.name().startsWith("OVERWRITE") && act.isIn(text)) {
                return act;
            }
        }
        return switch (op) {
            case "grad_unused" -> UNUSED_INPUT;
            case "backward_twice", "backward_second" -> BACKWARD_TWICE;
            case "backward_shape", "backward_seed_shape" -> SEED_OF_WRONG_SHAPE;
            case "backward_nonscalar", "backward_non_scalar", "backward_vector" -> NO_SEED;
            case "backward_int", "backward_dtype", "requires_grad_int" -> GRADIENT_OF_WHOLE_NUMBERS;
            default -> null;
        };
    }

    private boolean isIn(String text) {
        return words.matcher(text).find();
    }
}
