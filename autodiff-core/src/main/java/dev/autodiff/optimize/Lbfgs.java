package dev.autodiff.optimize;

import dev.autodiff.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno, the first choice for smooth functions of many variables: the inverse
 * Hessian is guessed from the last m steps and changes of the gradient (Nocedal and Wright, "Numerical Optimization", 2nd edition,
 * algorithm 7.4), the step found by a strong Wolfe search.
 */
public final class Lbfgs extends Minimizer<Lbfgs> {
    private final int history;

    private Lbfgs(Settings settings, int history) {
        super(settings);
        this.history = history;
    }

    /** Returns the method with a history of 10 steps. */
    public static Lbfgs create() {
        return new Lbfgs(Settings.DEFAULT, 10);
    }

    /** Remembers the last m steps, at least 1. */
    public Lbfgs withHistory(int m) {
        if (m < 1) {
            throw new IllegalArgumentException("L-BFGS: expected a history of at least 1 step, got " + m);
        }
        return new Lbfgs(settings(), m);
    }

    @Override
    Lbfgs with(Settings changed) {
        return new Lbfgs(changed, history);
    }

    @Override
    String label() {
        return "L-BFGS";
    }

    @Override
    double precision() {
        return 0.5;
    }

    /** A step s, the change y of the gradient along it, and 1/(s·y). */
    private record Pair(Tensor s, Tensor y, double rho) {}

    @Override
    Minimum search(Run run) {
        Deque<Pair> pairs = new ArrayDeque<>();
        Point p = run.at(run.start());
        Minimum over = run.after(null, p, false);
        while (over == null) {
            Point before = p;
            Tensor d = direction(before.gradient(), pairs);
            double slope = Vectors.dot(before.gradient(), d);
            if (!(slope < 0) || !Double.isFinite(slope)) {
                pairs.clear(); // rounding has spoilt the guess
                d = before.gradient().neg();
                slope = -Vectors.dot(before.gradient(), before.gradient());
            }
            Point next = search(run, before, d, slope, pairs.isEmpty());
            if (next == null && !pairs.isEmpty()) {
                pairs.clear();
                d = before.gradient().neg();
                double steepest = -Vectors.dot(before.gradient(), before.gradient());
                slope = Math.max(slope, steepest); // the guess promised less, if it was near the truth
                next = search(run, before, d, steepest, true);
            }
            if (next == null) {
                return run.stuck(before, -slope);
            }
            p = next;
            Tensor s = p.x().sub(before.x());
            Tensor y = p.gradient().sub(before.gradient());
            double sy = Vectors.dot(s, y);
            if (p.isFinite() && sy > run.rounding() * Vectors.norm(s) * Vectors.norm(y)) {
                if (pairs.size() == history) {
                    pairs.removeFirst();
                }
                pairs.addLast(new Pair(s, y, 1 / sy));
            }
            over = run.after(before, p, false);
        }
        return over;
    }

    private static @Nullable Point search(Run run, Point p, Tensor d, double slope, boolean first) {
        double step = first ? Math.min(1, 1 / Vectors.norm(d)) : 1;
        return new StrongWolfe(run, p, d, slope).search(step);
    }

    private static Tensor direction(Tensor g, Deque<Pair> pairs) {
        Tensor q = g;
        List<Double> alphas = new ArrayList<>();
        List<Pair> newestFirst = new ArrayList<>();
        pairs.descendingIterator().forEachRemaining(newestFirst::add);
        for (Pair pair : newestFirst) {
            double alpha = pair.rho * Vectors.dot(pair.s, q);
            alphas.add(alpha);
            q = q.sub(pair.y.mul(alpha));
        }
        if (!newestFirst.isEmpty()) {
            Pair last = newestFirst.get(0);
            q = q.mul(1 / (last.rho * Vectors.dot(last.y, last.y)));
        }
        for (int i = newestFirst.size() - 1; i >= 0; i--) {
            Pair pair = newestFirst.get(i);
            q = q.add(pair.s.mul(alphas.get(i) - pair.rho * Vectors.dot(pair.y, q)));
        }
        return q.neg();
    }
}
