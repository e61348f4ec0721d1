package dev.autodiff.kernel;

import java.util.Arrays;

/** The steps of optimizers in plain Java: loops without branches, which the compiler vectorises. */
final class Updates64 implements Updates<double[]> {
    /** Elements that are never cut apart: a multiple of every vector length. */
    private static final int UNIT = 64;

    /** About the time of one element of the simplest step. */
    private static final double NANOS = 0.2;

    @Override
    public void sgd(double[] p, double[] g, /*wide*/ double lr, /*wide*/ double weightDecay, int n) {
        double rate = /*narrow*/ lr;
        double decay = /*narrow*/ weightDecay;
        double nanos = NANOS * n;
        if (!Workers.shares((long) nanos)) { // no lambda for few numbers
            sgd(p, g, rate, decay, 0, n);
            return;
        }
        Workers.range(n, UNIT, nanos, (from, to) -> sgd(p, g, rate, decay, from, to));
    }

    private static void sgd(double[] p, double[] g, double rate, double decay, int from, int to) {
        for (int i = from; i < to; i++) {
            p[i] -= rate * (g[i] + decay * p[i]);
        }
    }

    @Override
    public void momentum(
            double[] p,
            double[] g,
            double[] b,
            /*wide*/ double lr,
            /*wide*/ double weightDecay,
            /*wide*/ double momentum,
            /*wide*/ double dampening,
            boolean nesterov,
            boolean first,
            int n) {
        if (first) {
            Arrays.fill(b, 0, n, 0); // what stands there is not read: 0·NaN would stay
        }
        double rate = /*narrow*/ lr;
        double decay = /*narrow*/ weightDecay;
        double kept = first ? 0 : /*narrow*/ momentum;
        double added = first ? 1 : /*narrow*/ (1 - dampening);
        double own = nesterov ? 1 : 0;
        double velocity = nesterov ? /*narrow*/ momentum : 1;
        double nanos = 2 * NANOS * n;
        if (!Workers.shares((long) nanos)) {
            momentum(p, g, b, rate, decay, kept, added, own, velocity, 0, n);
            return;
        }
        Workers.range(
                n, UNIT, nanos, (from, to) -> momentum(p, g, b, rate, decay, kept, added, own, velocity, from, to));
    }

    private static void momentum(
            double[] p,
            double[] g,
            double[] b,
            double rate,
            double decay,
            double kept,
            double added,
            double own,
            double velocity,
            int from,
            int to) {
        for (int i = from; i < to; i++) {
            double d = g[i] + decay * p[i];
            double next = kept * b[i] + added * d;
            b[i] = next;
            p[i] -= rate * (own * d + velocity * next);
        }
    }

    @Override
    public void adam(
            double[] p,
            double[] g,
            double[] m,
            double[] v,
            /*wide*/ double stepSize,
            /*wide*/ double rootCorrection,
            /*wide*/ double beta1,
            /*wide*/ double beta2,
            /*wide*/ double eps,
            /*wide*/ double weightDecay,
            /*wide*/ double decoupledDecay,
            int n) {
        double step = /*narrow*/ stepSize;
        double correction = /*narrow*/ rootCorrection;
        double b1 = /*narrow*/ beta1;
        double c1 = /*narrow*/ (1 - beta1);
        double b2 = /*narrow*/ beta2;
        double c2 = /*narrow*/ (1 - beta2);
        double e = /*narrow*/ eps;
        double decay = /*narrow*/ weightDecay;
        double shrink = /*narrow*/ (1 - decoupledDecay);
        double nanos = 4 * NANOS * n;
        if (!Workers.shares((long) nanos)) {
            adam(p, g, m, v, step, correction, b1, c1, b2, c2, e, decay, shrink, 0, n);
            return;
        }
        Workers.range(
                n,
                UNIT,
                nanos,
                (from, to) -> adam(p, g, m, v, step, correction, b1, c1, b2, c2, e, decay, shrink, from, to));
    }

    private static void adam(
            double[] p,
            double[] g,
            double[] m,
            double[] v,
            double step,
            double correction,
            double b1,
            double c1,
            double b2,
            double c2,
            double e,
            double decay,
            double shrink,
            int from,
            int to) {
        for (int i = from; i < to; i++) {
            double d = Math.fma(decay, p[i], g[i]);
            double mi = Math.fma(b1, m[i], c1 * d);
            double vi = Math.fma(b2, v[i], c2 * d * d);
            m[i] = mi;
            v[i] = vi;
            p[i] = Math.fma(p[i], shrink, -step * mi / (/*narrow*/ Math.sqrt(vi) / correction + e));
        }
    }
}
