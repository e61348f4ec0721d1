package dev.autodiff.nn.optim;

/**
 * Half a cosine from a base rate down to a floor, {@code floor + (base − floor)·(1 + cos(π·(s − w) / (n − w))) / 2} at step s of n, after a
 * linear rise {@code base·(s + 1) / w} over the first w steps; from step n on the floor. Loshchilov and Hutter, "SGDR: Stochastic
 * Gradient Descent with Warm Restarts", ICLR 2017, without restarts.
 *
 * @param base the highest rate
 * @param floor the rate at the end, from 0 to base
 * @param warmup w, the number of steps of the rise, from 0 to below total
 * @param total n, the number of steps until the floor is reached, at least 1
 */
public record CosineSchedule(double base, double floor, long warmup, long total) implements Schedule {

    /** Checks the ranges. */
    public CosineSchedule {
        Optimizer.nonNegative("learning rate", base);
        if (!(floor >= 0 && floor <= base)) {
            throw new IllegalArgumentException(
                    "cosine: the floor must be from 0 to the base rate " + base + ", got " + floor);
        }
        if (total < 1 || warmup < 0 || warmup >= total) {
            throw new IllegalArgumentException("cosine: expected at least one step and fewer steps of warm-up, got "
                    + total + " steps, warm-up " + warmup);
        }
    }

    /** Returns a decay from {@code base} at step 0 to zero at step {@code total}. */
    public static CosineSchedule of(double base, long total) {
        return new CosineSchedule(base, 0, 0, total);
    }

    /** Returns this schedule with a linear rise over its first steps. */
    public CosineSchedule withWarmup(long steps) {
        return new CosineSchedule(base, floor, steps, total);
    }

    /** Returns this schedule with another rate at its end. */
    public CosineSchedule withFloor(double rate) {
        return new CosineSchedule(base, rate, warmup, total);
    }

    @Override
    public double at(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("cosine: steps count from 0, got " + step);
        }
        if (step < warmup) {
            return base * (step + 1) / warmup;
        }
        if (step >= total) {
            return floor;
        }
        return floor + (base - floor) * (1 + Math.cos(Math.PI * (step - warmup) / (total - warmup))) / 2;
    }
}
