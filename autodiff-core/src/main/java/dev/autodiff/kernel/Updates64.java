package dev.autodiff.kernel;

/** The steps of optimizers in plain Java: loops without branches, which the compiler vectorises. */
final class Updates64 implements Updates<double[]> {
    @Override
    public void sgd(double[] p, double[] g, /*wide*/ double lr, /*wide*/ double weightDecay, int n) {
        double rate = /*narrow*/ lr;
        double decay = /*narrow*/ weightDecay;
        for (int i = 0; i < n; i++) {
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
        double rate = /*narrow*/ lr;
        double decay = /*narrow*/ weightDecay;
        double kept = first ? 0 : /*narrow*/ momentum;
        double added = first ? 1 : /*narrow*/ (1 - dampening);
        double own = nesterov ? 1 : 0;
        double velocity = nesterov ? /*narrow*/ momentum : 1;
        for (int i = 0; i < n; i++) {
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
        for (int i = 0; i < n; i++) {
            double d = g[i] + decay * p[i];
            double mi = b1 * m[i] + c1 * d;
            double vi = b2 * v[i] + c2 * (d * d);
            m[i] = mi;
            v[i] = vi;
            p[i] = p[i] * shrink - step * mi / (/*narrow*/ Math.sqrt(vi) / correction + e);
        }
    }
}
