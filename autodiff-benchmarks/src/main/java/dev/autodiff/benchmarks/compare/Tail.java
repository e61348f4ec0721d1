package dev.autodiff.benchmarks.compare;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long the slowest steps of a training take, and what memory and the garbage collector have to do with it. Each work runs for some
 * seconds after warming up; peak heap and collections are those of the time that is measured.
 *
 * <pre>java --add-modules=jdk.incubator.vector -cp autodiff-benchmarks.jar dev.autodiff.benchmarks.compare.Tail 10 W3 W4</pre>
 */
public final class Tail {
    private static final double NANOS = 1e9;
    private static final double MICRO = 1e3;
    private static final double MEGA = 1 << 20;

    private Tail() {}

    /** Seconds, then the names of work as {@link OwnSide} knows them. */
    public static void main(String[] args) {
        double seconds = Double.parseDouble(args[0]);
        print(
                "| work | mode | steps | median µs | 99 % | 99.9 % | longest | collections | of the time | peak heap MB |");
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (String work : Arrays.asList(args).subList(1, args.length)) {
            for (String mode : new String[] {"eager", "replayed"}) {
                run(work, mode, seconds);
            }
        }
    }

    private static void run(String work, String mode, double seconds) {
        Step step = OwnSide.create().prepare(work, mode);
        if (step == null) {
            throw new IllegalArgumentException("tail: there is no work called " + work);
        }
        times(step, seconds / 2);
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            pool.resetPeakUsage();
        }
        long[] before = collections();
        double[] times = times(step, seconds);
        long[] after = collections();
        Arrays.sort(times);
        double total = Arrays.stream(times).sum();
        print(String.format(
                Locale.ROOT,
                "| %s | %s | %d | %.1f | %.1f | %.1f | %.1f | %d | %.2f %% | %.0f |",
                work,
                mode,
                times.length,
                quantile(times, 0.5),
                quantile(times, 0.99),
                quantile(times, 0.999),
                times[times.length - 1],
                after[0] - before[0],
                100 * (after[1] - before[1]) * MICRO / total,
                peakHeap() / MEGA));
    }

    private static double[] times(Step step, double seconds) {
        double[] times = new double[1 << 10];
        int n = 0;
        long end = System.nanoTime() + (long) (seconds * NANOS);
        for (long now = System.nanoTime(); now < end; ) {
            Child.sink = step.run();
            long then = System.nanoTime();
            if (n == times.length) {
                times = Arrays.copyOf(times, 2 * n);
            }
            times[n++] = (then - now) / MICRO;
            now = then;
        }
        return Arrays.copyOf(times, n);
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }

    /** Returns how many collections there were, and how many milliseconds they took. */
    private static long[] collections() {
        long[] result = new long[2];
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            result[0] += collector.getCollectionCount();
            result[1] += collector.getCollectionTime();
        }
        return result;
    }

    /** Returns the most bytes that the parts of the heap held, each at its own time. */
    private static double peakHeap() {
        double bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            bytes += pool.getType() == MemoryType.HEAP ? pool.getPeakUsage().getUsed() : 0;
        }
        return bytes;
    }

    @SuppressWarnings("SystemOut") // a program
    private static void print(String line) {
        System.out.println(line);
    }
}
