package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is put off has the bits of what is computed at once, whenever and by whomever it is read, and holds no more memory. */
class LazyTest {
    private static final Shape SHAPE = Shape.of(128, ElementwiseChain.LEAST / 128);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static Tensor random(long seed, DType dtype) {
        return Tensor.normal(Generator.seeded(seed), dtype, SHAPE, 0, 0.5);
    }

    private static boolean isLazy(Tensor x) {
        return x.storage().deferral() != null;
    }

    /** Runs code in which each operation computes its result before the next one runs, as nothing is put off while somebody listens. */
    private static <T> T atOnce(Supplier<T> body) {
        return Mode.current()
                .listening(
                        new OpListener() {
                            @Override
                            public void ran(Op op, Tensor[] inputs, Tensor out) {
                                assertNull(out.storage().deferral(), op.label());
                            }

                            @Override
                            public boolean hearsRules() {
                                return true;
                            }
                        },
                        body);
    }

    // ---- the same bits ----

    private static int below(Generator random, int bound) {
        return (int) (random.nextDouble() * bound);
    }

    private static Tensor step(Generator random, List<Tensor> pool, Tensor parameter) {
        Tensor x = pool.get(below(random, pool.size()));
        Tensor y = pool.get(below(random, pool.size()));
        return switch (below(random, 19)) {
            case 0 -> x.tanh();
            case 1 -> x.mul(y);
            case 2 -> x.mul(x);
            case 3 -> x.square().neg().exp();
            case 4 -> x.sub(y).sigmoid();
            case 5 -> x.mul(parameter);
            case 6 -> x.mul(parameter.narrow(0, 0, 1).narrow(1, 0, 1).reshape());
            case 7 -> x.lerp(y, x.sigmoid());
            case 8 -> x.transpose().mul(0.5).transpose();
            case 9 -> x.reshape(-1).sin().reshape(SHAPE);
            case 10 -> x.add(y.narrow(0, 0, 1));
            case 11 -> x.detach().abs();
            case 12 -> x.mul(y.mean());
            case 13 -> x.relu();
            case 14 -> x.maximum(y).add(0.1);
            case 15 ->
                Autodiff.customVjp(v -> v.mul(v).neg(), (v, out, g) -> g.mul(v).mul(-2))
                        .apply(x);
            case 16 -> Autodiff.checkpoint(v -> v.tanh().mul(v), x);
            case 17 -> Autodiff.grad(v -> v.mul(y.detach()).sin().sum()).apply(x.detach());
            default -> parameter.sub(x).mul(0.7);
        };
    }

    /** Values that were read in any order, before and after the parameters were overwritten, and gradients. */
    private static List<double[]> numbers(long seed, DType dtype) {
        Generator random = Generator.seeded(seed);
        Tensor p = random(seed + 1, dtype).requireGrad();
        List<Tensor> pool = new ArrayList<>(List.of(random(seed + 2, dtype), random(seed + 3, dtype), p.tanh()));
        List<double[]> read = new ArrayList<>();
        List<Tensor> kept = new ArrayList<>();
        int steps = 3 + below(random, 40);
        for (int i = 0; i < steps; i++) {
            Tensor next = step(random, pool, p);
            pool.set(below(random, pool.size()), next);
            if (pool.size() < 6) {
                pool.add(next);
            }
            if (next.requiresGrad() && below(random, 6) == 0) {
                next.onGrad(g -> {
                    kept.add(g.mul(0.5).neg());
                    return below(random, 2) == 0 ? g : g.mul(0.9).add(0.01);
                });
            }
            if (below(random, 8) == 0) {
                read.add(pool.get(below(random, pool.size())).toDoubleArray());
            }
            if (below(random, 8) == 0) {
                read.add(
                        new double[] {pool.get(below(random, pool.size())).sum().item()});
            }
        }
        Tensor loss = pool.get(pool.size() - 1).mul(pool.get(0).add(p)).mean();
        if (below(random, 2) == 0) {
            loss.backward(BackwardOption.RETAIN_GRAPH);
            InPlace.descend("test", p, (q, g) -> kept.add(g.add(1).tanh()));
            if (below(random, 2) == 0) {
                p.clearGrad();
            }
            loss.backward();
            read.add(Objects.requireNonNull(p.grad()).toDoubleArray());
        }
        Autodiff.noGrad(() -> {
            InPlace.assign(p, p.mul(3).add(1));
            return p;
        });
        pool.addAll(kept);
        pool.forEach(x -> read.add(x.toDoubleArray()));
        return read;
    }

    @Property
    void elementsAndGradientsHaveTheBitsOfThoseComputedAtOnce(@ForAll long seed, @ForAll boolean single) {
        DType dtype = single ? DType.FLOAT32 : DType.FLOAT64;
        List<double[]> lazy = numbers(seed, dtype);
        List<double[]> wanted = atOnce(() -> numbers(seed, dtype));
        assertEquals(wanted.size(), lazy.size());
        for (int i = 0; i < wanted.size(); i++) {
            assertArrayEquals(wanted.get(i), lazy.get(i), "value " + i);
        }
    }

    @Test
    void recordedRulesHaveTheBitsOfThoseComputedAtOnce() {
        Supplier<double[]> second = () -> {
            Tensor x = random(1, DType.FLOAT64).requireGrad();
            x.mul(x).tanh().sum().backward(BackwardOption.CREATE_GRAPH);
            Tensor g = Objects.requireNonNull(x.grad());
            x.clearGrad();
            g.square().sum().backward();
            return Objects.requireNonNull(x.grad()).toDoubleArray();
        };
        assertArrayEquals(atOnce(second), second.get());
    }

    // ---- what may change is read at once ----

    @Test
    void whatAParameterGoesIntoIsComputedAtOnce() {
        Tensor p = random(1, DType.FLOAT32).requireGrad();
        assertNull(p.exp().storage().deferral());
        assertNull(random(2, DType.FLOAT32).mul(p.detach()).storage().deferral());
        assertNull(p.reshape(-1).neg().storage().deferral());
        assertTrue(isLazy(p.exp().neg()));
        assertTrue(isLazy(random(2, DType.FLOAT32).exp()));
    }

    @Test
    void aSingleNumberThatChangesIsReadBefore() {
        Tensor scale = Tensor.of(2.0).requireGrad();
        Tensor x = random(1, DType.FLOAT64);
        Tensor product = x.mul(scale);
        assertTrue(isLazy(product));
        Autodiff.noGrad(() -> {
            InPlace.assign(scale, Tensor.of(5.0));
            return scale;
        });
        assertEquals(2 * x.get(3, 4), product.get(3, 4));
    }

    /** The gradient's array is used again after the parameter has forgotten it. */
    @Test
    void whatALentGradientGoesIntoIsComputedAtOnce() {
        Tensor p = random(1, DType.FLOAT64).requireGrad();
        p.mul(p).sum().backward();
        List<Tensor> kept = new ArrayList<>();
        InPlace.descend("test", p, (target, gradient) -> kept.add(gradient.mul(0.5)));
        double[] wanted = p.toDoubleArray();
        p.clearGrad();
        p.exp().sum().backward();
        assertArrayEquals(wanted, kept.get(0).toDoubleArray());
    }

    /** What a transform or a compiled function is given is lent as well. */
    @Test
    void aLentGradientMayBeHandedOn() {
        Tensor p = random(1, DType.FLOAT64).requireGrad();
        p.mul(p).sum().backward();
        Compiled identity = Autodiff.compile((Tensor x) -> x);
        List<Tensor> kept = new ArrayList<>();
        List<Linearization> square = new ArrayList<>();
        double[] twice = p.mul(2).toDoubleArray();
        InPlace.descend("test", p, (target, gradient) -> {
            for (int i = 0; i < 3; i++) {
                kept.add(identity.apply(gradient));
                kept.add(identity.apply(gradient).mul(1));
            }
            kept.add(gradient.snapshot());
            square.add(Autodiff.linearize((Tensor x) -> x.square(), gradient));
        });
        p.clearGrad();
        p.exp().sum().backward();
        for (Tensor x : kept) {
            assertArrayEquals(twice, x.toDoubleArray());
        }
        double[] product = square.get(0).vjp(Tensor.ones(DType.FLOAT64, SHAPE)).toDoubleArray();
        assertArrayEquals(p.mul(4).toDoubleArray(), product);
    }

    /** A seed that is lent becomes the gradient of what it goes into. */
    @Test
    void aLentGradientMayBeASeed() {
        Tensor p = random(1, DType.FLOAT64).requireGrad();
        Tensor q = random(2, DType.FLOAT64).requireGrad();
        p.mul(p).sum().backward();
        InPlace.descend("test", p, (target, gradient) -> q.add(1).backward(gradient));
        p.clearGrad();
        p.exp().sum().backward();
        assertArrayEquals(
                p.mul(2).toDoubleArray(), Objects.requireNonNull(q.grad()).toDoubleArray());
    }

    /** The rule of tanh reads the result, which no sweep may use again. */
    @Test
    void whatIsComputedInASweepStays() {
        Tensor p = random(1, DType.FLOAT64).requireGrad();
        Tensor seed = random(2, DType.FLOAT64);
        Tensor y = p.neg().neg().tanh();
        y.backward(seed);
        random(3, DType.FLOAT64).requireGrad().neg().exp().mul(seed).backward(seed);
        assertArrayEquals(p.tanh().toDoubleArray(), y.toDoubleArray());
    }

    // ---- when and by whom ----

    @Test
    void severalThreadsMayReadAtTheSameTime() throws Exception {
        for (int round = 0; round < 30; round++) {
            int seed = round;
            Supplier<List<Tensor>> made = () -> {
                Tensor x = random(seed, DType.FLOAT64);
                Tensor shared = x.tanh().mul(x);
                return List.of(shared.exp(), shared.sin(), shared);
            };
            List<Tensor> wanted = atOnce(made);
            List<Tensor> lazy = made.get();
            List<@Nullable Object> seen = new ArrayList<>(Arrays.asList(new Object[6]));
            CyclicBarrier start = new CyclicBarrier(6);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                int place = t;
                threads.add(new Thread(() -> {
                    try {
                        start.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    seen.set(place, lazy.get(place % 3).rawArray());
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            for (int t = 0; t < 6; t++) {
                assertArrayEquals(wanted.get(t % 3).toDoubleArray(), (double[]) seen.get(t));
                assertSame(lazy.get(t % 3).rawArray(), seen.get(t));
            }
        }
    }

    // ---- memory ----

    /** Returns the least that one of several runs allocates: until they are compiled, loops allocate their vectors. */
    private static long allocated(Supplier<?> body) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            assertNotNull(body.get());
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    /** A size at which the objects beside the arrays do not count, and whose arrays no test of this thread has recycled. */
    private static final int LARGE = 1_000_003;

    @Test
    void ofAChainOnlyWhatIsReadBecomesAnArray() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(LARGE), 0, 1);
        long bytes = allocated(() -> x.mul(2).add(1).tanh().mul(x).neg().exp().rawArray());
        assertEquals(1, bytes / (4.0 * LARGE), 0.2);
        bytes = allocated(() -> {
            Tensor between = x.mul(2).add(1);
            Tensor end = between.tanh().mul(between);
            between.exp().rawArray(); // two results read what lies between
            return end.rawArray();
        });
        assertEquals(3, bytes / (4.0 * LARGE), 0.2);
    }

    /** The tanh's and the exponential's rules read their results, those of the others nothing. */
    @Test
    void whatRulesReadBecomesAnArrayInTheFirstPass() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(LARGE), 0, 1);
        Tensor[] kept = new Tensor[2];
        Tensor leaf = x.requireGrad().add(0); // computed at once
        long bytes = allocated(() -> {
            kept[0] = leaf.neg().add(1).tanh();
            kept[1] = kept[0].neg().exp();
            return kept[1].mul(0.5).rawArray();
        });
        assertEquals(3, bytes / (4.0 * LARGE), 0.2);
        assertNull(kept[0].storage().deferral());
        assertNull(kept[1].storage().deferral());
    }

    @Test
    void whatIsOnlyAddedUpBecomesNoArray() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(LARGE), 0, 1);
        Tensor leaf = x.requireGrad().add(0);
        assertEquals(0, allocated(() -> x.sub(1).square().mean()) / (4.0 * LARGE), 0.2);
        assertEquals(1, allocated(() -> leaf.neg().tanh().add(leaf).sum()) / (4.0 * LARGE), 0.2, "what a rule reads");
    }

    /** The last run of 128 elements is shorter, or the last piece in the cache. */
    @Test
    void aSumHasTheBitsOfThatOfAnArray() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int n : new int[] {16_384, 16_385, 16_511, 16_512, 20_000, 65_537, 100_003}) {
                Tensor x = Tensor.normal(Generator.seeded(n), dtype, Shape.of(n), 0, 1);
                Supplier<Tensor> sum = () -> x.mul(3).add(x).square().sum();
                Tensor lazy = sum.get();
                assertEquals(atOnce(() -> new double[] {sum.get().item()})[0], lazy.item(), dtype + ", " + n);
            }
        }
        for (int seed = 0; seed < 20; seed++) { // over axes around another one, rows are added first
            Tensor x = Tensor.normal(Generator.seeded(seed), DType.FLOAT64, Shape.of(150, 1, 150), 0, 1);
            Supplier<double[]> sum = () -> x.mul(3).add(1).sum(0, 2).toDoubleArray();
            assertArrayEquals(atOnce(sum), sum.get());
        }
    }

    @Test
    void elementsMayBeReadAfterTheirSum() {
        Supplier<double[]> both = () -> {
            Tensor x = random(1, DType.FLOAT64).mul(2).add(1);
            double sum = x.sum().item();
            double again = x.sum().item();
            double[] elements = x.toDoubleArray();
            return new double[] {sum, again, x.transpose().sum().item(), elements[0], elements[elements.length - 1]};
        };
        assertArrayEquals(atOnce(both), both.get());
    }

    @Test
    void theFirstSumMakesNoArrayTheSecondDoes() {
        Tensor x = random(1, DType.FLOAT64).mul(2).add(1);
        assertEquals(1, x.sum().size());
        assertTrue(isLazy(x));
        assertEquals(1, x.mean().size());
        assertFalse(isLazy(x));
    }

    @Test
    void whatIsLongToComputeAgainBecomesAnArrayAtItsFirstSum() {
        Tensor x = random(1, DType.FLOAT64);
        Tensor slow = x.lgamma().neg();
        assertEquals(1, slow.sum().size());
        assertFalse(isLazy(slow));
        Tensor kept =
                x.requireGrad().neg().exp(); // its rule reads the exponential, and nothing else would be computed again
        Tensor quick = kept.neg();
        assertEquals(1, quick.sum().size());
        assertFalse(isLazy(kept));
        assertTrue(isLazy(quick));
    }

    @Test
    void whatRulesReadOfTheirInputsBecomesAnArray() {
        Tensor x = random(1, DType.FLOAT64).requireGrad().neg().neg();
        assertTrue(isLazy(x));
        assertEquals(1, x.sin().sum().size());
        assertFalse(isLazy(x));
    }

    @Test
    void whatIsReadTwiceInAChainIsComputedOnce() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(LARGE), 0, 1);
        Tensor leaf = x.requireGrad().add(0); // computed at once
        long bytes = allocated(() -> {
            Tensor t = leaf.neg().tanh();
            return t.mul(t).rawArray();
        });
        assertEquals(2, bytes / (4.0 * LARGE), 0.2);
    }

    @Test
    void singleNumbersDoNotEndAChain() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(LARGE), 0, 1);
        long bytes = allocated(
                () -> x.mul(2).add(1).mul(3).add(4).mul(5).add(6).neg().rawArray());
        assertEquals(1, bytes / (4.0 * LARGE), 0.2);
    }

    @Test
    void aLongChainIsCut() {
        Tensor x = random(1, DType.FLOAT64);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = y.neg();
        }
        assertArrayEquals(x.toDoubleArray(), y.toDoubleArray());
    }

    /** Of functions that are computed twice only the end becomes an array, for the second reader. */
    @Test
    void whatIsComputedAgainBecomesOneArray() {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(LARGE), 0, 1);
        long bytes = allocated(() -> {
            Tensor h = x;
            for (int i = 0; i < 10; i++) {
                h = h.tanh();
            }
            h.neg().rawArray();
            h.abs().rawArray();
            return h.exp().rawArray();
        });
        assertEquals(4, bytes / (4.0 * LARGE), 0.2);
    }

    @Test
    void severalReadersMakeOneArray() throws Exception {
        Tensor x = Tensor.normal(Generator.seeded(1), DType.FLOAT32, Shape.of(LARGE), 0, 1);
        Supplier<Tensor> chain = () -> x.tanh().mul(2).exp();
        allocated(() -> chain.get().rawArray()); // compiled
        Tensor result = chain.get();
        List<Thread> threads = new ArrayList<>();
        CyclicBarrier start = new CyclicBarrier(4);
        AtomicLong bytes = new AtomicLong();
        for (int t = 0; t < 4; t++) {
            threads.add(new Thread(() -> {
                try {
                    start.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                long before = THREADS.getCurrentThreadAllocatedBytes();
                result.rawArray();
                bytes.addAndGet(THREADS.getCurrentThreadAllocatedBytes() - before);
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(bytes.get() < 1.9 * 4 * LARGE, bytes + " bytes");
    }

    @Test
    void gradientsAndCheckpointsAreArrays() {
        Tensor p = random(1, DType.FLOAT32).requireGrad();
        Tensor seed = random(2, DType.FLOAT32);
        for (int i = 0; i < 3; i++) {
            p.add(seed).add(p).backward(seed);
            assertFalse(isLazy(Objects.requireNonNull(p.grad())));
        }
        Tensor part = Autodiff.checkpoint(v -> v.tanh().exp().neg(), p);
        assertFalse(isLazy(part));
    }

    @Test
    void aSumOfManyArraysHoldsFew() {
        List<WeakReference<Object>> batches = new ArrayList<>();
        Tensor sum = random(0, DType.FLOAT64);
        for (int i = 1; i < 20; i++) {
            Tensor batch = random(i, DType.FLOAT64);
            batches.add(new WeakReference<>(batch.rawArray()));
            sum = sum.add(batch);
        }
        System.gc();
        assertTrue(
                batches.stream().filter(batch -> batch.get() != null).count() <= 4,
                "arrays held for a sum that nobody has read");
        assertEquals(SHAPE, sum.shape()); // it was reachable until here
    }

    /** A result, and something that it may hold. */
    private record Holding(Tensor result, WeakReference<?> held) {}

    private static Holding ofAnArray() {
        Tensor x = random(1, DType.FLOAT64);
        return new Holding(x.exp(), new WeakReference<>(x.rawArray()));
    }

    @Test
    void whatIsComputedLetsGoOfItsInputs() {
        Holding holding = ofAnArray();
        System.gc();
        assertNotNull(holding.held.get());
        assertNotNull(holding.result.rawArray());
        System.gc();
        assertNull(holding.held.get());
    }

    private static Holding whoseInputIsRead() {
        Tensor x = random(1, DType.FLOAT64);
        Tensor between = x.exp();
        Tensor result = between.neg();
        assertNotNull(between.rawArray());
        return new Holding(result, new WeakReference<>(x.rawArray()));
    }

    @Test
    void whatHasBeenComputedInBetweenLetsGoOfItsInputs() {
        Holding holding = whoseInputIsRead();
        System.gc();
        assertTrue(isLazy(holding.result));
        assertNull(holding.held.get());
    }

    private static Holding ofARecordedResult() {
        Tensor recorded = random(1, DType.FLOAT64).requireGrad().tanh().exp();
        return new Holding(
                Autodiff.noGrad(() -> recorded.neg().abs()),
                new WeakReference<>(Objects.requireNonNull(recorded.node())));
    }

    @Test
    void whatIsNotRecordedDoesNotHoldTheGraph() {
        Holding holding = ofARecordedResult();
        System.gc();
        assertTrue(isLazy(holding.result));
        assertNull(holding.held.get());
    }
}
