package dev.autodiff.examples.goldens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.autodiff.Tensor;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormulaTest {
    private static final Tensor POINT = Tensor.of(new double[] {2, 3});

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x1 + 10*x2 | 32",
                "x0 + 10*x[1] | 32",
                "(x+2*y-7)^2 | 1",
                "-x^2*y | -12",
                "2^-x1*4 | 1",
                "x1**2/x2 | 1.3333333333333333",
                "1e2*log1p(x1-2)+expm1(0*y) | 0",
                "sin(pi*x1)+cos(0*x2) | 1",
                "sum(x)-mean(x) | 2.5",
            })
    void aFormulaMeansWhatItSays(String text, double value) {
        UnaryOperator<Tensor> f = Objects.requireNonNull(Formula.parse(text));
        assertEquals(value, f.apply(POINT).item(), 1e-14);
    }

    @Test
    void bracketsMakeAVector() {
        UnaryOperator<Tensor> f = Objects.requireNonNull(Formula.parse("[x0*x1, x0-x1, x1]"));
        assertEquals("float64 [3] [ 6.0000, -1.0000,  3.0000]", f.apply(POINT).toString());
        assertNotNull(Formula.named("GELU"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "product of all x_i", "sum 100*(x[i+1]-x[i]^2)^2", "x +", "(x", "x)", "f(x)", "q", "x; y"})
    void wordsAreNoFormula(String text) {
        assertNull(Formula.parse(text));
    }
}
