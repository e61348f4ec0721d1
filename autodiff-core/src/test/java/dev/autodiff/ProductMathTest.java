package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.check.GradientCheck;
import dev.autodiff.shape.AxisException;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import dev.autodiff.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ProductMathTest {
    private static final double ROUNDING = 1e-12;

    private static Tensor normal(long seed, int... sizes) {
        return Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(sizes), 0, 1);
    }

    private static void assertClose(Tensor want, Tensor got) {
        assertEquals(want.shape(), got.shape());
        assertTrue(got.allClose(want, ROUNDING, ROUNDING), () -> "got " + got + ", want " + want);
    }

    // ---- named products ----

    @Test
    void namedProductsAreTheMatrixProductOfTheirRanks() {
        Tensor a = normal(1, 2, 3);
        Tensor b = normal(2, 3, 4);
        Tensor v = normal(3, 3);
        assertClose(a.matmul(b), a.mm(b));
        assertClose(a.matmul(v), a.mv(v));
        assertClose(v.mul(v).sum(), v.dot(v));
        assertClose(Tensor.einsum("i,j->ij", v, a.select(1, 0)), v.outer(a.select(1, 0)));
        Tensor batch = normal(4, 5, 2, 3);
        Tensor other = normal(5, 5, 3, 2);
        assertClose(batch.matmul(other), batch.bmm(other));
        for (Runnable wrong : List.<Runnable>of(
                () -> batch.mm(b),
                () -> a.mm(a),
                () -> a.mv(b),
                () -> a.mv(normal(1, 2)),
                () -> v.dot(normal(1, 2)),
                () -> a.dot(v),
                () -> batch.bmm(b),
                () -> batch.bmm(normal(1, 1, 3, 2)),
                () -> a.outer(v),
                () -> v.matmul(Tensor.of(1.0)))) {
            ShapeException e = assertThrows(ShapeException.class, wrong::run);
            assertTrue(String.valueOf(e.getMessage()).matches("(mm|mv|dot|bmm|outer|matmul): .+"), e.getMessage());
        }
    }

    @Test
    void productsAreAddedWithWeights() {
        Tensor x = normal(1, 2);
        Tensor a = normal(2, 3, 4);
        Tensor b = normal(3, 4, 2);
        assertClose(x.mul(0.5).add(a.matmul(b).mul(-2)), x.addmm(a, b, 0.5, -2));
        assertClose(x.add(a.matmul(b)), x.addmm(a, b));
        Tensor c = normal(4, 5, 3, 4);
        Tensor d = normal(5, 5, 4, 2);
        assertClose(x.mul(3).add(c.matmul(d)), x.baddbmm(c, d, 3, 1));
        assertThrows(ShapeException.class, () -> a.addmm(a, b));
        assertThrows(ShapeException.class, () -> x.addmm(c, d));
        GradientCheck.ofSeveral(xs -> xs.get(0).addmm(xs.get(1), xs.get(2), 0.5, 3))
                .at(x, a, b)
                .run();
    }

    @Test
    void aWeightOfZeroLeavesEvenNaNOut() {
        Tensor x = Tensor.of(Double.NaN).requireGrad();
        Tensor a = normal(2, 3, 4);
        Tensor b = normal(3, 4, 2);
        Tensor out = x.addmm(a, b, 0, 1);
        assertClose(a.matmul(b), out);
        assertEquals(0, Autodiff.gradients(out.sum(), List.of(x)).get(0).item());
    }

    @Test
    void linearAndBilinearMapsOfAnyNumberOfLeadingAxes() {
        Tensor weight = normal(1, 4, 3);
        Tensor bias = normal(2, 4);
        for (Shape rows : List.of(Shape.SCALAR, Shape.of(2), Shape.of(0), Shape.of(2, 5))) {
            Tensor x = normal(3, rows.concat(Shape.of(3)).toArray());
            assertClose(Tensor.einsum("...i,oi->...o", x, weight).add(bias), x.linear(weight, bias));
            assertClose(Tensor.einsum("...i,oi->...o", x, weight), x.linear(weight, null));
            assertClose(Tensor.einsum("...i,i->...", x, weight.select(0, 1)), x.linear(weight.select(0, 1), null));
            Tensor y = normal(4, rows.concat(Shape.of(2)).toArray());
            Tensor w = normal(5, 4, 3, 2);
            assertClose(Tensor.einsum("...i,oij,...j->...o", x, w, y).add(bias), x.bilinear(y, w, bias));
            assertClose(Tensor.einsum("...i,oij,...j->...o", x, w, y), x.bilinear(y, w, null));
        }
        GradientCheck.ofSeveral(xs -> xs.get(0).bilinear(xs.get(1), xs.get(2), xs.get(3)))
                .at(normal(1, 2, 3), normal(2, 2, 2), normal(3, 4, 3, 2), bias)
                .run();
        Tensor x = normal(3, 2, 3);
        assertThrows(ShapeException.class, () -> x.linear(weight.transpose(), null));
        assertThrows(ShapeException.class, () -> x.linear(weight, normal(1, 3)));
        assertThrows(ShapeException.class, () -> x.bilinear(x, normal(1, 4, 3, 2), null));
        assertThrows(ShapeException.class, () -> x.bilinear(normal(1, 3, 2), normal(1, 4, 3, 2), null));
        assertThrows(ShapeException.class, () -> x.bilinear(x, normal(1, 4, 3, 3), normal(1, 3)));
    }

    @Test
    void kroneckerProductsOfAnyRanks() {
        Tensor x = normal(1, 2, 3);
        Tensor y = normal(2, 4, 5);
        Tensor out = x.kron(y);
        assertEquals(Shape.of(8, 15), out.shape());
        assertEquals(x.get(1, 2) * y.get(3, 1), out.get(1 * 4 + 3, 2 * 5 + 1));
        Tensor v = normal(3, 2);
        Tensor mixed = x.kron(v);
        assertEquals(Shape.of(2, 6), mixed.shape());
        assertEquals(x.get(1, 2) * v.get(1), mixed.get(1, 2 * 2 + 1));
        assertClose(mixed.mul(2), Tensor.of(2.0).kron(mixed));
        assertEquals(Shape.of(0, 15), Tensor.zeros(DType.FLOAT64, 0, 3).kron(y).shape());
        GradientCheck.ofSeveral(xs -> xs.get(0).kron(xs.get(1))).at(x, v).run();
    }

    @Test
    void tensordotSumsOverPairsOfAxes() {
        Tensor x = normal(1, 2, 3, 4);
        Tensor y = normal(2, 4, 5, 3);
        assertClose(Tensor.einsum("abc,cdb->ad", x, y), x.tensordot(y, new int[] {1, -1}, new int[] {-1, 0}));
        assertClose(Tensor.einsum("abc,cde->abde", x, y), x.tensordot(y, 1));
        assertClose(Tensor.einsum("abc,def->abcdef", x, y), x.tensordot(y, 0));
        assertClose(x.square().sum(), x.tensordot(x, 3));
        Tensor single = normal(3, 1, 2);
        assertClose(Tensor.einsum("abc,de->abe", x, single), x.tensordot(single, new int[] {2}, new int[] {0}));
        assertThrows(AxisException.class, () -> x.tensordot(y, 4));
        assertThrows(AxisException.class, () -> x.tensordot(y, new int[] {1}, new int[] {}));
        assertThrows(AxisException.class, () -> x.tensordot(x, new int[] {1, -2}, new int[] {1, 2}));
        assertThrows(AxisException.class, () -> x.tensordot(x, new int[] {1, 2}, new int[] {1, 1}));
        assertThrows(ShapeException.class, () -> x.tensordot(y, new int[] {0}, new int[] {0}));
    }

    @Test
    void chainsOfMatricesAreMultipliedInTheCheapestOrder() {
        Tensor a = normal(1, 100, 2);
        Tensor b = normal(2, 2, 100);
        Tensor c = normal(3, 100, 3);
        assertClose(a.matmul(b).matmul(c).matmul(c.transpose()), Tensor.multiDot(a, b, c, c.transpose()));
        Tensor row = normal(4, 2);
        Tensor column = normal(5, 3);
        assertClose(row.matmul(b.matmul(c)), Tensor.multiDot(row, b, c));
        assertClose(row.matmul(b).matmul(c).matmul(column), Tensor.multiDot(row, b, c, column));
        // (a·b)·c would record a product of 100 × 100 elements.
        Tensor out = Tensor.multiDot(a.requireGrad(), b, c);
        assertTrue(Graph.of(out).nodes().stream().noneMatch(n -> n.shape().size() == 10_000));
        assertThrows(ShapeException.class, () -> Tensor.multiDot(a, c));
        assertThrows(ShapeException.class, () -> Tensor.multiDot(a, row, b));
        assertThrows(IllegalArgumentException.class, () -> Tensor.multiDot(a));
    }

    // ---- einsum ----

    /** A random equation over the axes a, b, c and C, some of them repeated or of size 1, against sums by the definition. */
    @Property(tries = 300)
    void sumsInEinsteinsNotationAreWhatTheDefinitionSays(@ForAll long seed) {
        Generator random = Generator.seeded(seed);
        String letters = "abcC";
        int[] sizes = {2, 3, 1 + random.nextInt(3), random.nextInt(8) == 0 ? 0 : 2};
        int count = 1 + random.nextInt(4);
        List<String> inputs = new ArrayList<>();
        List<Tensor> operands = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int rank = random.nextInt(4);
            StringBuilder input = new StringBuilder();
            boolean[] single = new boolean[4];
            for (int i = 0; i < 4; i++) {
                single[i] = random.nextInt(6) == 0;
            }
            int[] shape = new int[rank];
            for (int i = 0; i < rank; i++) {
                int letter = random.nextInt(4);
                input.append(letters.charAt(letter));
                shape[i] = single[letter] ? 1 : sizes[letter];
            }
            inputs.add(input.toString());
            operands.add(normal(seed + k, shape));
        }
        StringBuilder output = new StringBuilder();
        for (int letter : random.permutation(4)) {
            char c = letters.charAt(letter);
            if (random.nextInt(2) == 0 && String.join("", inputs).indexOf(c) >= 0) {
                output.append(c);
            }
        }
        String equation = String.join(",", inputs) + "->" + output;
        Tensor got = Tensor.einsum(equation, operands.toArray(new Tensor[0]));
        assertClose(byDefinition(letters, inputs, output.toString(), operands), got);
        if (random.nextInt(10) == 0) {
            GradientCheck.ofSeveral(xs -> Tensor.einsum(equation, xs.toArray(new Tensor[0])))
                    .at(operands.toArray(new Tensor[0]))
                    .directions(1)
                    .run();
        }
    }

    private static Tensor byDefinition(String letters, List<String> inputs, String output, List<Tensor> operands) {
        int[] sizes = new int[letters.length()];
        Arrays.fill(sizes, 1);
        for (int k = 0; k < inputs.size(); k++) {
            for (int i = 0; i < inputs.get(k).length(); i++) {
                int letter = letters.indexOf(inputs.get(k).charAt(i));
                int size = operands.get(k).size(i);
                sizes[letter] = size == 1 ? sizes[letter] : size;
            }
        }
        int[] shape = output.chars().map(c -> sizes[letters.indexOf(c)]).toArray();
        double[] sums = new double[Shape.of(shape).size()];
        int[] strides = Shape.of(shape).strides();
        int total = Shape.of(sizes).size();
        int[] all = Shape.of(sizes).strides();
        for (int n = 0; n < total; n++) {
            int[] index = new int[sizes.length];
            for (int i = 0; i < index.length; i++) {
                index[i] = n / all[i] % sizes[i];
            }
            double product = 1;
            for (int k = 0; k < inputs.size(); k++) {
                Tensor x = operands.get(k);
                int[] at = new int[x.rank()];
                for (int i = 0; i < at.length; i++) {
                    at[i] = x.size(i) == 1
                            ? 0
                            : index[letters.indexOf(inputs.get(k).charAt(i))];
                }
                product *= x.get(at);
            }
            int place = 0;
            for (int i = 0; i < strides.length; i++) {
                place += strides[i] * index[letters.indexOf(output.charAt(i))];
            }
            sums[place] += product;
        }
        return Tensor.of(sums, Shape.of(shape));
    }

    @Test
    void withoutAnArrowLettersThatOccurOnceRemainCapitalsFirst() {
        Tensor x = normal(1, 2, 3);
        Tensor y = normal(2, 3, 4);
        assertClose(x.transpose(), Tensor.einsum("ba", x));
        assertClose(x, Tensor.einsum("Ba", x));
        assertClose(x.matmul(y), Tensor.einsum(" i j , j k ", x, y));
        assertClose(x.sum(), Tensor.einsum("ij->", x));
        assertClose(normal(3, 3, 3).trace(), Tensor.einsum("ii", normal(3, 3, 3)));
        assertClose(Tensor.of(6.0), Tensor.einsum(",", Tensor.of(2.0), Tensor.of(3.0)));
        assertClose(Tensor.of(2.0), Tensor.einsum("", Tensor.of(2.0)));
    }

    @Test
    void anEllipsisStandsForAxesThatBroadcast() {
        Tensor x = normal(1, 5, 1, 2, 3);
        Tensor y = normal(2, 4, 3, 6);
        assertClose(x.matmul(y), Tensor.einsum("...ij,...jk->...ik", x, y));
        assertClose(x.matmul(y), Tensor.einsum("...ij,...jk", x, y));
        assertClose(x.matmul(y).permute(2, 3, 0, 1), Tensor.einsum("...ij,...jk->ik...", x, y));
        assertClose(x.sum(0, 1), Tensor.einsum("...ij->ij", x));
        assertClose(
                x.select(0, 0).select(0, 0),
                Tensor.einsum("...ij", x.select(0, 0).select(0, 0)));
        assertClose(x.sum(-1, -2), Tensor.einsum("...ij->...", x));
        assertClose(normal(3, 2, 4, 4).diagonal(0), Tensor.einsum("...ii->...i", normal(3, 2, 4, 4)));
        assertClose(y.permute(2, 1, 0), Tensor.einsum("i...k->k...i", y));
    }

    @Test
    void repeatedLettersAreDiagonalsAlsoThreefold() {
        Tensor x = normal(1, 3, 3, 3);
        double sum = x.get(0, 0, 0) + x.get(1, 1, 1) + x.get(2, 2, 2);
        assertEquals(sum, Tensor.einsum("iii->", x).item(), ROUNDING);
        assertEquals(Shape.of(3), Tensor.einsum("iii->i", x).shape());
        assertClose(x.diagonal(0, 0, 2).transpose(), Tensor.einsum("iji->ij", x));
    }

    @Test
    void equationsThatMakeNoSenseAreRefused() {
        Tensor x = normal(1, 2, 3);
        for (String equation : List.of("ij,jk->ik", "ij->ijk", "ij->ii", "i1", "i.j", "ij->i->j", "......ij", "ij-i")) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> Tensor.einsum(equation, x), equation);
            assertTrue(String.valueOf(e.getMessage()).startsWith("einsum: "), e.getMessage());
        }
        for (String equation : List.of("i", "ijk", "ijk...", "ii")) {
            assertThrows(ShapeException.class, () -> Tensor.einsum(equation, x), equation);
        }
        ShapeException e = assertThrows(ShapeException.class, () -> Tensor.einsum("ij,jk->ik", x, x));
        assertEquals(
                "einsum: in \"ij,jk->ik\" axis j has size 2 in operand 1 of shape [2, 3], but 3 before",
                e.getMessage());
        assertThrows(ShapeException.class, () -> Tensor.einsum("...i,...i", normal(1, 2, 3), normal(1, 4, 3)));
        assertThrows(IllegalArgumentException.class, () -> Tensor.einsum("i"));
    }
}
