package dev.autodiff;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What users of PyTorch call an operation, for the table of operations, where it is not the label with underscores. Empty for an operation that
 * PyTorch has only inside others.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.TYPE})
@interface PyTorchName {
    /** Returns the name below {@code torch}, {@code torch.nn.functional}, {@code torch.linalg} or {@code torch.special}. */
    String value();
}
