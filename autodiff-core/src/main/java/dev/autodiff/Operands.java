package dev.autodiff;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses tensors that are missing. Operations whose inputs reach {@link Engine#apply} as they are leave it to that; those that read a shape
 * or a type before, or that are made of others, ask here first, so that the error names what the user called.
 */
final class Operands {
    private Operands() {}

    /**
     * Checks one tensor.
     *
     * @param operation what the user called
     * @param place its place among the tensors of the operation, where that which the method is called on is 0
     * @throws NullPointerException if it is null, with a message that names the operation and the place
     */
    static void check(String operation, int place, @Nullable Tensor input) {
        if (input == null) {
            throw missing(operation, place);
        }
    }

    /** Checks several tensors, the first of which has a given place. */
    static void check(String operation, int first, @Nullable Tensor... inputs) {
        for (int i = 0; i < inputs.length; i++) {
            check(operation, first + i, inputs[i]);
        }
    }

    /** Checks a list of tensors, the first of which has a given place. */
    static void check(String operation, int first, List<? extends @Nullable Tensor> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            check(operation, first + i, inputs.get(i));
        }
    }

    static NullPointerException missing(String operation, int place) {
        return new NullPointerException(operation + ": input " + place + " is null; expected a tensor");
    }
}
