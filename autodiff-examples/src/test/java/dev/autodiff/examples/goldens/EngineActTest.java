package dev.autodiff.examples.goldens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.autodiff.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EngineActTest {
    /** PyTorch 1.13's messages, as its sources and its users' reports give them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "backward|element 0 of tensors does not require grad and does not have a grad_fn|NOTHING_REQUIRES_GRADIENT",
                "backward|grad can be implicitly created only for scalar outputs|NO_SEED",
                "backward_twice|Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.|BACKWARD_TWICE",
                "backward_shape|Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of torch.Size([3]).|SEED_OF_WRONG_SHAPE",
                "backward_int|only Tensors of floating point and complex dtype can require gradients|GRADIENT_OF_WHOLE_NUMBERS",
                "backward_int|Only Tensors of floating point dtype can require gradients|GRADIENT_OF_WHOLE_NUMBERS",
                "grad_unused|One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.|UNUSED_INPUT",
                "grad_unused|the output does not depend on the input|UNUSED_INPUT",
                "grad_unused||UNUSED_INPUT",
                "grad_input|One of the differentiated Tensors does not require grad|INPUT_WITHOUT_GRADIENT",
                "inplace_leaf|a leaf Variable that requires grad is being used in an in-place operation.|OVERWRITE_LEAF",
                "inplace_view|a view of a leaf Variable that requires grad is being used in an in-place operation.|OVERWRITE_VIEW",
                "inplace_saved|one of the variables needed for gradient computation has been modified by an inplace operation: [torch.DoubleTensor [3]], which is output 0 of ExpBackward0, is at version 1; expected version 0 instead.|OVERWRITE_SAVED",
                "item|only one element tensors can be converted to Python scalars|ITEM_OF_SEVERAL",
                "item|a Tensor with 3 elements cannot be converted to Scalar|ITEM_OF_SEVERAL",
            })
    void theActIsToldByTheMessageAndTheName(String op, String message, EngineAct act) {
        assertEquals(act, EngineAct.of(op, message == null ? "" : message));
    }

    @ParameterizedTest
    @EnumSource(EngineAct.class)
    void everyActIsRefused(EngineAct act) {
        Tensor x = Tensor.of(new double[] {1, 2, 3});
        RuntimeException e = assertThrows(RuntimeException.class, () -> act.commit(x));
        assertNotNull(e.getMessage());
    }
}
