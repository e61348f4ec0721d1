package dev.autodiff.examples.goldens;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "reshape|reshape: shape [4] has 4 elements|true",
                "reshape|sum: shape [4] has 4 elements|false",
                "reshape|reshape|false",
                "reshape|shape [4] has 4 elements|false",
                "log_softmax|logSoftmax: axis 2 is out of range|true",
                "log_softmax|softmax: axis 2 is out of range|false",
                "cross_entropy|crossEntropy: class number 4 is out of range|true",
                "cross_entropy|softmaxCrossEntropy: class number 4 is out of range|false",
                "mse_loss|mse: expected two tensors of one shape|true",
                "inv|inverse: expected square matrices|true",
                "inv|inv: expected square matrices|false",
                "backward_twice|backward: what sum had kept is gone|true",
                "backward_twice|sum: what sum had kept is gone|false",
                "grad_unused|gradients: the output does not depend on input 0|true",
                "item|item: expected a tensor of one element|true"
            })
    void aRefusalBearsTheNameOfWhatWasAsked(String op, String message, boolean names) {
        assertEquals(names, RefusalNames.names(new IllegalArgumentException(message), op));
    }

    @ParameterizedTest
    @CsvSource({"reshape", "backward"})
    void anAccidentNamesNothing(String op) {
        assertEquals(false, RefusalNames.names(new NullPointerException(op + ": of what?"), op));
        assertEquals(false, RefusalNames.names(new IllegalArgumentException(), op));
    }
}
