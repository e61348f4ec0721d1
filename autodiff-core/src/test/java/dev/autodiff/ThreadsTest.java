package dev.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.autodiff.shape.DType;
import dev.autodiff.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    /** Runs tasks at the same time, each on a thread of its own, and returns their results in order. */
    private static <T> List<T> together(int count, IntFunction<Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            CyclicBarrier start = new CyclicBarrier(count);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Callable<T> task = tasks.apply(i);
                futures.add(threads.submit(() -> {
                    start.await();
                    return task.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static int train(int model) {
        int hash = 0;
        for (int i = 0; i < 6; i++) {
            // sizes at which kernels are shared with workers, and small ones
            hash = 31 * hash + DeterminismTest.Training.train(DType.FLOAT32, model, 64, 200 + model, 150, 10);
            hash = 31 * hash + DeterminismTest.Training.train(DType.FLOAT64, model, 3, 4, 5 + model, 2);
        }
        return hash;
    }

    @Test
    void modelsTrainedAtTheSameTimeGetTheSameBitsAsAlone() throws Exception {
        List<Integer> alone = List.of(train(0), train(1), train(2));
        assertEquals(alone, together(3, i -> () -> train(i)));
    }

    @Test
    void threadsThatShareParametersGetTheirOwnGradients() throws Exception {
        Tensor w = Tensor.normal(Generator.seeded(1), DType.FLOAT64, Shape.of(4, 4), 0, 1)
                .requireGrad();
        Tensor b = Tensor.of(new double[] {1, 2, 3, 4}).requireGrad();
        List<Boolean> right = together(4, thread -> () -> {
            Tensor x = Tensor.normal(Generator.seeded(thread), DType.FLOAT64, Shape.of(4), 0, 1);
            Tensor wantW = null;
            for (int i = 0; i < 2000; i++) {
                // w and b come in three times each, so that sums are built up on them
                Tensor y =
                        w.matmul(x).add(b).add(w.matmul(x).mul(b)).add(w.sum().mul(b));
                List<Tensor> g = Autodiff.gradients(y.sum(), List.of(w, b));
                Tensor wantB = Autodiff.noGrad(() -> w.matmul(x).add(1).add(w.sum()));
                if (!g.get(1).allClose(wantB, 1e-12, 1e-12)) {
                    return false;
                }
                if (wantW == null) {
                    Tensor bias = b.detach();
                    wantW = Autodiff.grad(v -> v.matmul(x)
                                    .mul(bias.add(1))
                                    .add(v.sum().mul(bias))
                                    .sum())
                            .apply(w.detach());
                }
                if (!g.get(0).allClose(wantW, 1e-12, 1e-12)) {
                    return false;
                }
            }
            return true;
        });
        assertEquals(List.of(true, true, true, true), right);
        assertEquals(null, w.grad());
    }

    @Test
    void backwardPassesOfSeveralThreadsAddUpInASharedParameter() throws Exception {
        Tensor w = Tensor.of(new double[] {1, 2}).requireGrad();
        int rounds = 5000;
        together(4, thread -> () -> {
            Tensor factor = Tensor.of((double) (1 << thread)); // small whole numbers add up without rounding
            for (int i = 0; i < rounds; i++) {
                w.mul(factor).add(w).add(w).sum().backward();
            }
            return true;
        });
        double want = rounds * (1 + 2 + 4 + 8 + 4 * 2.0);
        assertArrayEquals(new double[] {want, want}, w.grad().toDoubleArray());
    }

    @Test
    void aGraphMadeInOneThreadIsSweptInAnother() throws Exception {
        Tensor w = Tensor.of(3.0).requireGrad();
        Tensor half = together(1, i -> () -> w.square().exp().log()).get(0);
        Tensor whole = half.mul(w); // w³
        Tensor g = together(1, i -> () -> Autodiff.gradients(whole, List.of(w)).get(0))
                .get(0);
        assertEquals(27, g.item(), 1e-12);
    }

    @Test
    void noGradOfOneThreadDoesNotReachAnother() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Tensor w = Tensor.of(3.0).requireGrad();
        List<Boolean> recorded = together(2, thread -> () -> {
            if (thread == 0) {
                return Autodiff.noGrad(() -> {
                    inside.countDown();
                    try {
                        done.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return w.square().requiresGrad();
                });
            }
            inside.await();
            boolean here = w.square().requiresGrad();
            done.countDown();
            return here;
        });
        assertFalse(recorded.get(0));
        assertTrue(recorded.get(1));
    }

    @Test
    void aThreadThatNoGradStartsRecords() throws Exception {
        Tensor w = Tensor.of(3.0).requireGrad();
        boolean[] recorded = new boolean[1];
        Autodiff.noGrad(() -> {
            Thread child = new Thread(() -> recorded[0] = w.square().requiresGrad());
            child.start();
            try {
                child.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(recorded[0]);
    }

    @Test
    void aTransposedViewIsReadByManyThreadsAtOnce() throws Exception {
        for (int round = 0; round < 200; round++) {
            Tensor x = Tensor.range(0, 60_000).to(DType.FLOAT64).reshape(200, 300);
            Tensor view = x.transpose();
            double want = 59_999;
            together(3, i -> () -> {
                assertEquals(want, view.get(299, 199));
                assertEquals(300, view.get(0, 1));
                return true;
            });
        }
    }
}
